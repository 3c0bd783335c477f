#include "services/client/package_file.hpp"

#include <system_error>
#include <yaml-cpp/yaml.h>

namespace fedloom::client {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

constexpr const char* default_environment = "fedn_env";

domain::expected<YAML::Node> load_map(const path& file) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(file, problem))
    return failure(errc::not_found, "there is no file " + file.string());
  try {
    auto node = YAML::LoadFile(file.string());
    if (!node.IsMap())
      return failure(errc::config_invalid, file.string() + ": must be a map of keys and values");
    return node;
  } catch (const YAML::Exception& unreadable) {
    return failure(errc::config_invalid, file.string() + ": " + unreadable.what());
  }
}

/// The name of the virtual environment that a python_env file describes.
domain::expected<std::string> environment_name(const path& file) {
  const auto described = load_map(file);
  if (!described)
    return tl::unexpected(described.error());
  const auto name = (*described)["name"];
  if (!name || name.IsNull())
    return default_environment;
  if (!name.IsScalar() || name.Scalar().empty())
    return failure(errc::config_invalid, file.string() + ": name must be a text");
  return name.Scalar();
}

domain::expected<std::map<std::string, std::string>> read_entry_points(const YAML::Node& entries, const path& file) {
  if (!entries || !entries.IsMap())
    return failure(errc::config_invalid, file.string() + ": needs entry_points, a map of names and commands");
  std::map<std::string, std::string> result;
  for (const auto& entry : entries) {
    const auto name = entry.first.Scalar();
    if (!entry.second.IsMap() || !entry.second["command"] || !entry.second["command"].IsScalar())
      return failure(errc::config_invalid, file.string() + ": entry_points." + name + " needs a command");
    result[name] = entry.second["command"].Scalar();
  }
  return result;
}

} // namespace

domain::expected<package::compute_package> load_package(const path& folder) {
  std::error_code problem;
  package::compute_package result;
  result.project_dir = std::filesystem::absolute(folder, problem);
  const auto file = result.project_dir / "fedn.yaml";
  const auto description = load_map(file);
  if (!description)
    return tl::unexpected(description.error());
  auto entries = read_entry_points((*description)["entry_points"], file);
  if (!entries)
    return tl::unexpected(entries.error());
  result.entry_points = std::move(*entries);
  if (const auto environment = (*description)["python_env"]; environment && !environment.IsNull()) {
    if (!environment.IsScalar())
      return failure(errc::config_invalid, file.string() + ": python_env must name a file");
    auto name = environment_name(result.project_dir / environment.Scalar());
    if (!name)
      return tl::unexpected(name.error());
    result.python_env = std::move(*name);
  }
  if (auto usable = package::validate(result); !usable)
    return tl::unexpected(usable.error());
  return result;
}

} // namespace fedloom::client
