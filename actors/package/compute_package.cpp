#include "actors/package/compute_package.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

namespace fedloom::package {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

path activation_script(const compute_package& package) {
  return package.project_dir / *package.python_env / "bin" / "activate";
}

/// One word for the shell, whatever characters it holds.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char letter : text)
    if (letter == '\'')
      word += "'\\''";
    else
      word += letter;
  return word + "'";
}

bool blank(const std::string& text) {
  return std::ranges::all_of(text, [](unsigned char letter) { return std::isspace(letter) != 0; });
}

} // namespace

domain::expected<void> validate(const compute_package& package) {
  const auto folder = package.project_dir.string();
  std::error_code problem;
  if (!std::filesystem::is_directory(package.project_dir, problem))
    return failure(errc::config_invalid, "the compute package " + folder + " is not a folder");
  if (!package.entry_points.contains("train"))
    return failure(errc::config_invalid, "the compute package " + folder + " has no entry point train");
  for (const auto& [name, command] : package.entry_points)
    if (blank(command))
      return failure(errc::config_invalid,
                     "the entry point " + name + " of the compute package " + folder + " has no command");
  if (package.python_env && !std::filesystem::is_regular_file(activation_script(package), problem))
    return failure(errc::config_invalid, "the compute package " + folder + " needs the virtual environment " +
                                             *package.python_env +
                                             ": create it there (python3 -m venv) or remove "
                                             "python_env from fedn.yaml");
  return {};
}

domain::expected<std::string> command_line(const compute_package& package, const std::string& entry,
                                           std::span<const path> arguments) {
  const auto found = package.entry_points.find(entry);
  if (found == package.entry_points.end())
    return failure(errc::entry_point_missing, "the compute package has no entry point " + entry);
  std::string line;
  if (package.python_env)
    line = "source " + quoted(activation_script(package).string()) + " && ";
  line += found->second;
  for (const auto& argument : arguments)
    line += ' ' + quoted(argument.string());
  return line;
}

} // namespace fedloom::package
