#pragma once
#include <filesystem>
#include <vector>

namespace fedloom::client {

/// The Python that `python3` means here, whatever wrapper stands before it in PATH.
struct interpreter {
  std::filesystem::path executable;           ///< empty: there is none
  std::vector<std::filesystem::path> folders; ///< where it lives outside of the system's own folders
};

/// Asks `python3` once, which takes some hundredths of a second.
interpreter find_interpreter();

/// What an environment needs besides itself: the folders of the interpreter that it was made from.
std::vector<std::filesystem::path> folders_of_environment(const std::filesystem::path& environment);

} // namespace fedloom::client
