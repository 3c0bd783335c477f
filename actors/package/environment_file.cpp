#include "actors/package/environment_file.hpp"

#include "actors/package/yaml_file.hpp"
#include "actors/security/sha256.hpp"

#include <algorithm>

namespace fedloom::package {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

domain::expected<std::vector<std::string>> read_lines(const YAML::Node& list, const std::string& key,
                                                      const path& file) {
  if (list.IsNull())
    return std::vector<std::string>{};
  const auto refuse = [&] {
    return failure(errc::config_invalid, file.string() + ": " + key + " must be a list of lines for pip");
  };
  if (!list.IsSequence())
    return refuse();
  std::vector<std::string> lines;
  for (const auto& item : list) {
    if (!item.IsScalar() || item.Scalar().empty() || item.Scalar().find('\n') != std::string::npos)
      return refuse();
    lines.push_back(item.Scalar());
  }
  return lines;
}

/// A folder's name, for an environment may stand under it.
domain::expected<std::string> read_name(const YAML::Node& node, const path& file) {
  if (node.IsNull())
    return python_requirements{}.name;
  if (!node.IsScalar() || node.Scalar().empty() || node.Scalar().front() == '.' ||
      node.Scalar().find('/') != std::string::npos)
    return failure(errc::config_invalid, file.string() + ": name must be a text without / and without . in front");
  return node.Scalar();
}

domain::expected<void> take(python_requirements& result, const std::string& key, const YAML::Node& value,
                            const path& file) {
  const auto into = [](auto& member) { return [&member](auto read) { member = std::move(read); }; };
  if (key == "name")
    return read_name(value, file).map(into(result.name));
  if (key == "build_dependencies")
    return read_lines(value, key, file).map(into(result.build_dependencies));
  if (key == "dependencies")
    return read_lines(value, key, file).map(into(result.dependencies));
  if (key != "python")
    return failure(errc::config_invalid, file.string() + ": the key " + key +
                                             " is unknown; it may hold name, python, build_dependencies, dependencies");
  if (value.IsScalar())
    result.python = value.Scalar();
  return {};
}

} // namespace

domain::expected<python_requirements> read_requirements(const path& file) {
  const auto described = load_map(file);
  if (!described)
    return tl::unexpected(described.error());
  python_requirements result;
  for (const auto& entry : *described) {
    const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string("?");
    if (auto taken = take(result, key, entry.second, file); !taken)
      return tl::unexpected(taken.error());
  }
  return result;
}

std::string content_hash(const python_requirements& wanted, const path& python) {
  std::string text = python.string() + '\n';
  for (const auto* list : {&wanted.build_dependencies, &wanted.dependencies}) {
    for (const auto& line : *list)
      text += "\t" + line + '\n';
    text += '\n';
  }
  return security::to_hex(security::sha256_of(domain::as_bytes(text)));
}

} // namespace fedloom::package
