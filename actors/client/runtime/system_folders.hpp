#pragma once
#include <filesystem>
#include <vector>

namespace fedloom::client {

/// The system's programs, libraries and harmless settings that exist here: every sandbox can read them. Of /etc only
/// what programs look up, no keys and no passwords.
std::vector<std::filesystem::path> system_folders();

/// Devices for computing that exist here, such as graphics cards.
std::vector<std::filesystem::path> compute_devices();

/// Whether it lies in one of the system's folders of programs and libraries.
bool is_of_the_system(const std::filesystem::path& folder);

} // namespace fedloom::client
