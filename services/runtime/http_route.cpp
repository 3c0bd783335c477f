#include "services/runtime/http_route.hpp"

#include "services/runtime/url.hpp"

#include <set>

namespace fedloom::runtime {

namespace {

using segments = std::vector<std::string>;

bool is_parameter(const std::string& segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

bool fits(const segments& pattern, const segments& path) {
  if (pattern.size() != path.size()) {
    return false;
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_parameter(pattern[i]) ? path[i].empty() : pattern[i] != percent_decode(path[i])) {
      return false;
    }
  }
  return true;
}

/// One character per segment, such that the more literal pattern is the smaller text.
std::string rank_of(const segments& pattern) {
  std::string rank;
  for (const auto& segment : pattern) {
    rank.push_back(is_parameter(segment) ? 'p' : 'a');
  }
  return rank;
}

std::map<std::string, std::string> parameters_of(const segments& pattern, const segments& path) {
  std::map<std::string, std::string> parameters;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_parameter(pattern[i])) {
      parameters[pattern[i].substr(1, pattern[i].size() - 2)] = percent_decode(path[i]);
    }
  }
  return parameters;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

/// Method and path with the parameters' names blanked out: equal for routes that no request can tell apart.
std::string identity_of(const route& which) {
  auto identity = which.method;
  for (const auto& segment : segments_of(which.path)) {
    identity += '/' + (is_parameter(segment) ? std::string{"{}"} : segment);
  }
  return identity;
}

} // namespace

domain::expected<route_table> route_table::make(std::vector<route> routes) {
  route_table table;
  std::set<std::string> seen;
  for (const auto& which : routes) {
    if (!seen.insert(identity_of(which)).second) {
      return domain::failure(domain::errc::internal, "two routes for " + which.method + ' ' + which.path);
    }
    table.templates_.push_back(segments_of(which.path));
  }
  table.routes_ = std::move(routes);
  return table;
}

route_table::answer route_table::match(const std::string& method, std::string_view path) const {
  const auto wanted = method == "HEAD" ? std::string{"GET"} : method;
  const auto asked = segments_of(path);
  std::set<std::string> allowed;
  const segments* best_template = nullptr;
  found best;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!fits(templates_[i], asked)) {
      continue;
    }
    allowed.insert(routes_[i].method);
    if (routes_[i].method == wanted && (best_template == nullptr || rank_of(templates_[i]) < rank_of(*best_template))) {
      best_template = &templates_[i];
      best.what = &routes_[i];
    }
  }
  if (best_template != nullptr) {
    best.parameters = parameters_of(*best_template, asked);
    return best;
  }
  if (allowed.empty()) {
    return not_found{};
  }
  if (allowed.contains("GET")) {
    allowed.insert("HEAD");
  }
  return wrong_method{joined(allowed)};
}

} // namespace fedloom::runtime
