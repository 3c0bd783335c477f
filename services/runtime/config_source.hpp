#pragma once
#include "services/runtime/config_reader.hpp"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>

namespace fedloom::runtime::detail {

/// The file, the environment, the keys that were asked for and the problems that were found. Only for config_*.cpp.
/// Keys are named by their path: "mesh.bind".
class config_source {
public:
  config_source(YAML::Node root, std::string name, std::string prefix, environment variables)
      : root_(std::move(root)), name_(std::move(name)), prefix_(std::move(prefix)), variables_(std::move(variables)) {}

  /// A value and where it comes from, for messages.
  struct scalar {
    std::string text;
    std::string origin; ///< "combiner.yaml:12" or "FEDLOOM_COMBINER_MESH_BIND"
  };
  /// The environment's value, else the file's; nothing when the key is missing or holds no scalar (noted).
  std::optional<scalar> find_scalar(const std::string& path);
  /// The environment's value split at commas, else the file's list; nothing when missing or of another type (noted).
  std::optional<std::vector<std::string>> find_list(const std::string& path);
  void enter_section(const std::string& path);

  /// "<origin>: <path>: <what>"
  void add_problem(const std::string& origin, const std::string& path, const std::string& what);
  /// The same; the origin is looked up.
  void add_problem(const std::string& path, const std::string& what);

  /// The noted problems and the unknown and repeated keys.
  std::vector<std::string> problems() const;

private:
  YAML::Node node_at(const std::string& path) const;
  std::optional<scalar> from_environment(const std::string& path) const;
  std::string place_of(const YAML::Node& node) const;
  void find_unknown(const YAML::Node& map, const std::string& path, std::vector<std::string>& into) const;
  std::string hint_for(const std::string& path, const std::string& key) const;

  YAML::Node root_;
  std::string name_;   ///< the file's
  std::string prefix_; ///< "FEDLOOM_COMBINER_"
  environment variables_;
  std::set<std::string> known_;    ///< paths of values
  std::set<std::string> sections_; ///< paths of maps
  std::vector<std::string> problems_;
};

} // namespace fedloom::runtime::detail
