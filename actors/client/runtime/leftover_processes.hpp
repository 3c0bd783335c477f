#pragma once
#include <filesystem>
#include <string>

namespace fedloom::client {

/// "FEDLOOM_WORK_FOLDER=<folder>": stands in the environment of every entry point and is inherited by all that it
/// starts, also by what leaves its process group. `folder` is absolute.
std::string work_folder_variable(const std::filesystem::path& folder);

/// Kills every process that a client with this work folder left running when it was itself killed, and waits until they
/// are gone; they would compute beside the tasks of this one. Nobody else may be using the folder.
void end_leftovers(const std::filesystem::path& folder);

} // namespace fedloom::client
