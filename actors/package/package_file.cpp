#include "actors/package/package_file.hpp"

#include "actors/package/environment_file.hpp"
#include "actors/package/yaml_file.hpp"

#include <system_error>

namespace fedloom::package {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

domain::expected<std::map<std::string, std::string>> read_entry_points(const YAML::Node& entries, const path& file) {
  if (!entries || !entries.IsMap())
    return failure(errc::config_invalid, file.string() + ": needs entry_points, a map of names and commands");
  std::map<std::string, std::string> result;
  for (const auto& entry : entries) {
    const auto name = entry.first.IsScalar() ? entry.first.Scalar() : std::string("?");
    if (!entry.second.IsMap() || !entry.second["command"] || !entry.second["command"].IsScalar())
      return failure(errc::config_invalid, file.string() + ": entry_points." + name + " needs a command");
    result[name] = entry.second["command"].Scalar();
  }
  return result;
}

domain::expected<void> read_environment(compute_package& package, const YAML::Node& node, const path& file) {
  if (!node || node.IsNull())
    return {};
  if (!node.IsScalar())
    return failure(errc::config_invalid, file.string() + ": python_env must name a file");
  package.environment_file = package.project_dir / node.Scalar();
  return read_requirements(*package.environment_file).map([&](const python_requirements& wanted) {
    if (const auto made = package.project_dir / wanted.name; is_environment(made))
      package.python_env = made;
  });
}

} // namespace

domain::expected<compute_package> load_package(const path& folder) {
  std::error_code problem;
  compute_package result;
  result.project_dir = std::filesystem::absolute(folder, problem);
  const auto file = result.project_dir / "fedn.yaml";
  const auto description = load_map(file);
  if (!description)
    return tl::unexpected(description.error());
  auto entries = read_entry_points((*description)["entry_points"], file);
  if (!entries)
    return tl::unexpected(entries.error());
  result.entry_points = std::move(*entries);
  return read_environment(result, (*description)["python_env"], file)
      .and_then([&] { return validate(result); })
      .map([&] { return std::move(result); });
}

} // namespace fedloom::package
