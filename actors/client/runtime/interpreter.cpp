#include "actors/client/runtime/interpreter.hpp"

#include "actors/client/runtime/subprocess.hpp"
#include "actors/client/runtime/system_folders.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;

constexpr const char* question =
    "python3 -I -c 'import sys; print(sys.executable, sys.prefix, sys.base_prefix, sep=\"\\n\")'";
constexpr std::chrono::seconds to_answer{20};

/// Adds it unless it is there, unusable, or one of the system's own.
void add_folder(std::vector<fs::path>& folders, const fs::path& folder) {
  std::error_code unknown;
  if (folder.is_absolute() && folder != folder.root_path() && fs::is_directory(folder, unknown) &&
      !is_of_the_system(folder) && std::ranges::find(folders, folder) == folders.end())
    folders.push_back(folder);
}

} // namespace

interpreter find_interpreter() {
  const auto answer = run_subprocess({question, "/", to_answer}, {});
  interpreter result;
  if (!answer || answer->how != subprocess_end::exited || answer->status != 0)
    return result;
  std::istringstream lines(answer->output);
  std::string line;
  if (std::getline(lines, line) && fs::path(line).is_absolute())
    result.executable = line;
  while (std::getline(lines, line))
    add_folder(result.folders, line);
  return result;
}

std::vector<fs::path> folders_of_environment(const fs::path& environment) {
  std::vector<fs::path> result;
  add_folder(result, environment);
  constexpr std::string_view key = "home = ";
  std::ifstream description(environment / "pyvenv.cfg");
  for (std::string line; std::getline(description, line);)
    if (line.starts_with(key))
      add_folder(result, fs::path(line.substr(key.size())).parent_path()); // home = PREFIX/bin
  return result;
}

} // namespace fedloom::client
