#include "actors/package/compute_package.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

namespace fedloom::package {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

path activation_script(const path& environment) {
  return environment / "bin" / "activate";
}

bool blank(const std::string& text) {
  return std::ranges::all_of(text, [](unsigned char letter) { return std::isspace(letter) != 0; });
}

} // namespace

std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char letter : text)
    if (letter == '\'')
      word += "'\\''";
    else
      word += letter;
  return word + "'";
}

bool is_for_worker(const compute_package& package, const std::string& entry) {
  return package.entry_points.contains("worker") && (entry == "train" || entry == "validate" || entry == "predict");
}

bool is_environment(const path& folder) {
  std::error_code unknown;
  return std::filesystem::is_regular_file(activation_script(folder), unknown);
}

domain::expected<void> validate(const compute_package& package) {
  const auto folder = package.project_dir.string();
  std::error_code problem;
  if (!std::filesystem::is_directory(package.project_dir, problem))
    return failure(errc::config_invalid, "the compute package " + folder + " is not a folder");
  if (!package.entry_points.contains("train") && !package.entry_points.contains("worker"))
    return failure(errc::config_invalid, "the compute package " + folder + " has no entry point train and no worker");
  for (const auto& [name, command] : package.entry_points)
    if (blank(command))
      return failure(errc::config_invalid,
                     "the entry point " + name + " of the compute package " + folder + " has no command");
  if (package.python_env && !is_environment(*package.python_env))
    return failure(errc::config_invalid, "there is no virtual environment in " + package.python_env->string() +
                                             ": create it there (python3 -m venv) or name another");
  return {};
}

domain::expected<std::string> command_line(const compute_package& package, const std::string& entry,
                                           std::span<const path> arguments) {
  const auto found = package.entry_points.find(entry);
  if (found == package.entry_points.end())
    return failure(errc::entry_point_missing, "the compute package has no entry point " + entry);
  std::string line;
  if (package.python_env)
    line = "source " + quoted(activation_script(*package.python_env).string()) + " && ";
  line += found->second;
  for (const auto& argument : arguments)
    line += ' ' + quoted(argument.string());
  return line;
}

} // namespace fedloom::package
