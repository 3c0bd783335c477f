#pragma once
#include "cli/context.hpp"
#include "cli/exit_code.hpp"

#include <vector>

namespace fedloom::cli {

/// The whole command: reads the words behind the program's name and does what they say. Problems go to io.err.
exit_code run(std::vector<std::string> words, console& io, std::stop_token stop);

} // namespace fedloom::cli
