#pragma once
#include "actors/client/runtime/subprocess.hpp"

#include <string>
#include <string_view>

namespace fedloom::client {

/// What a process' end means for the entry point that it ran, see entry_runner.
domain::expected<void> judge(const std::string& entry, const subprocess_outcome& outcome);

/// "; its last output: ..." for the text of an error.
std::string with_last_output(std::string_view output);

/// "status 3", or the limit of the sandbox that the status speaks of.
std::string shown_status(int status);

} // namespace fedloom::client
