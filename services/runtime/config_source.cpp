#include "services/runtime/config_source.hpp"

#include "services/runtime/nearest_word.hpp"

#include <cctype>

namespace fedloom::runtime::detail {

namespace {

std::string joined(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + '.' + key;
}

std::string variable_name(const std::string& prefix, const std::string& path) {
  auto name = prefix;
  for (const char c : path) {
    name.push_back(c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  return name;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

const char* kind_of(const YAML::Node& node) {
  return node.IsMap() ? "a section" : node.IsSequence() ? "a list" : "a single value";
}

/// The node at `path` below `from`. By const nodes only: indexing others adds the key to the document.
YAML::Node descend(const YAML::Node& from, const std::string& path) {
  if (path.empty()) {
    return from;
  }
  const auto dot = path.find('.');
  const auto key = path.substr(0, dot);
  if (!from.IsMap() || !from[key].IsDefined()) {
    return YAML::Node(YAML::NodeType::Undefined);
  }
  return descend(from[key], dot == std::string::npos ? "" : path.substr(dot + 1));
}

} // namespace

std::optional<config_source::scalar> config_source::from_environment(const std::string& path) const {
  const auto name = variable_name(prefix_, path);
  const auto found = variables_.find(name);
  return found == variables_.end() ? std::nullopt : std::optional{scalar{found->second, name}};
}

std::optional<config_source::scalar> config_source::find_scalar(const std::string& path) {
  known_.insert(path);
  if (auto value = from_environment(path)) {
    return value;
  }
  const auto node = node_at(path);
  if (!node.IsDefined() || node.IsNull()) {
    return std::nullopt;
  }
  if (!node.IsScalar()) {
    add_problem(path, std::string{"is "} + kind_of(node) + "; a single value is needed");
    return std::nullopt;
  }
  return scalar{node.Scalar(), place_of(node)};
}

std::optional<std::vector<std::string>> config_source::find_list(const std::string& path) {
  known_.insert(path);
  std::vector<std::string> items;
  if (const auto value = from_environment(path)) {
    std::istringstream text(value->text);
    for (std::string item; std::getline(text, item, ',');) {
      items.push_back(trimmed(item));
    }
    return items;
  }
  const auto node = node_at(path);
  if (!node.IsDefined() || node.IsNull()) {
    return std::nullopt;
  }
  bool scalars = node.IsSequence();
  for (std::size_t i = 0; scalars && i < node.size(); ++i) {
    scalars = node[i].IsScalar();
    items.push_back(scalars ? node[i].Scalar() : "");
  }
  if (!scalars) {
    add_problem(path, std::string{"is "} + kind_of(node) + "; a list of texts is needed");
    return std::nullopt;
  }
  return items;
}

void config_source::enter_section(const std::string& path) {
  if (!sections_.insert(path).second) {
    return;
  }
  const auto node = node_at(path);
  if (node.IsDefined() && !node.IsNull() && !node.IsMap()) {
    add_problem(path, std::string{"is "} + kind_of(node) + "; a section is needed");
  }
}

void config_source::add_problem(const std::string& origin, const std::string& path, const std::string& what) {
  problems_.push_back(origin + ": " + path + ": " + what);
}

void config_source::add_problem(const std::string& path, const std::string& what) {
  const auto variable = from_environment(path);
  add_problem(variable ? variable->origin : place_of(node_at(path)), path, what);
}

YAML::Node config_source::node_at(const std::string& path) const {
  return descend(root_, path);
}

std::string config_source::place_of(const YAML::Node& node) const {
  const bool placed = node.IsDefined() && !node.Mark().is_null();
  return placed ? name_ + ':' + std::to_string(node.Mark().line + 1) : name_;
}

std::vector<std::string> config_source::problems() const {
  auto all = problems_;
  find_unknown(root_, "", all);
  return all;
}

// Variables that begin with our prefix and match no key are not looked for: Kubernetes puts FEDLOOM_COMBINER_PORT and
// its like into every pod that sees a service called fedloom-combiner.
void config_source::find_unknown(const YAML::Node& map, const std::string& path, std::vector<std::string>& into) const {
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string{"?"};
    const auto whole = joined(path, key);
    if (!seen.insert(key).second) {
      into.push_back(place_of(entry.first) + ": " + whole + ": stands here a second time");
    } else if (sections_.contains(whole)) {
      if (entry.second.IsMap()) {
        find_unknown(entry.second, whole, into);
      }
    } else if (!known_.contains(whole)) {
      into.push_back(place_of(entry.first) + ": " + whole + ": unknown key" + hint_for(path, key));
    }
  }
}

std::string config_source::hint_for(const std::string& path, const std::string& key) const {
  std::vector<std::string> siblings;
  std::vector<std::string> elsewhere;
  for (const auto* names : {&known_, &sections_}) {
    for (const auto& name : *names) {
      const auto dot = name.rfind('.');
      const auto parent = dot == std::string::npos ? "" : name.substr(0, dot);
      (parent == path ? siblings : elsewhere).push_back(dot == std::string::npos ? name : name.substr(dot + 1));
      if (elsewhere.size() > 0 && elsewhere.back() == key && parent != path) {
        return "; did you mean " + name + '?'; // the right key in the wrong section
      }
    }
  }
  const auto nearest = nearest_word(key, siblings);
  return nearest ? "; did you mean " + joined(path, *nearest) + '?' : "";
}

} // namespace fedloom::runtime::detail
