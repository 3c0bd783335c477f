#pragma once
#include "actors/client/runtime/launcher/options.hpp"

namespace fedloom::client::launcher {

/// From now on this process and its children reach only these files and folders, by Landlock; what does not exist is
/// passed over. No rule at all without any of them. Needs `no_new_privs`. `unavailable` if the kernel refuses.
domain::expected<void> allow_only(const std::vector<std::string>& read, const std::vector<std::string>& write);

} // namespace fedloom::client::launcher
