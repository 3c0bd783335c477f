#include "services/controller/routes/filter.hpp"

#include "services/controller/routes/http_date.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/runtime/nearest_word.hpp"
#include "services/runtime/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <strings.h>
#include <utility>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

/// More conditions, or values of one, than anyone means.
constexpr std::size_t count_limit = 1000;

/// name -> values of which one has to hold
using wishes = std::map<std::string, std::vector<std::string>>;

bool same_word(const std::string& a, const char* b) {
  return ::strcasecmp(a.c_str(), b) == 0;
}

bool is_null(const std::string& text) {
  return same_word(text, "null");
}

std::optional<double> number_of(const std::string& text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ptr != end || read.ec == std::errc::invalid_argument || std::isnan(number)) {
    return std::nullopt;
  }
  // Beyond what a double holds it is a number all the same: infinite, or 0.
  return read.ec == std::errc{} ? number : std::strtod(text.c_str(), nullptr);
}

std::optional<bool> truth_of(const std::string& text) { // Python's clients write True and False
  if (same_word(text, "true") || same_word(text, "false")) {
    return same_word(text, "true");
  }
  return std::nullopt;
}

/// What the value is compared as: -1, 0, 1, or nothing when the two cannot be compared.
std::optional<int> compared(const json& value, const std::string& text, bool is_a_time) {
  const auto sign = [](const auto& a, const auto& b) { return a < b ? -1 : (b < a ? 1 : 0); };
  if (value.is_string() && is_a_time) {
    const auto is = date_of(value.get_ref<const std::string&>());
    const auto wanted = date_of(text);
    return is && wanted ? std::optional(sign(*is, *wanted)) : std::nullopt;
  }
  if (value.is_string()) {
    return sign(value.get_ref<const std::string&>(), text);
  }
  if (value.is_boolean()) {
    const auto wanted = truth_of(text);
    return wanted ? std::optional(sign(value.get<bool>(), *wanted)) : std::nullopt;
  }
  if (value.is_number()) {
    const auto wanted = number_of(text);
    return wanted ? std::optional(sign(value.get<double>(), *wanted)) : std::nullopt;
  }
  return std::nullopt;
}

bool equals(const json& value, const std::string& text, bool is_a_time) {
  return value.is_null() ? is_null(text) : compared(value, text, is_a_time) == 0;
}

// -- what the request says -----------------------------------------------------------

/// A comma means "one of", but the one in a date.
std::vector<std::string> split(const std::string& value) {
  if (value.find(',') == std::string::npos || date_of(value)) {
    return {value};
  }
  std::vector<std::string> values;
  for (std::size_t begin = 0; begin <= value.size();) {
    const auto end = std::min(value.find(',', begin), value.size());
    values.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return values;
}

expected<std::vector<std::string>> texts_of(const std::string& name, const nlohmann::json& value) {
  if (value.is_string()) {
    return split(value.get<std::string>());
  }
  if (value.is_null() || value.is_boolean() || value.is_number()) {
    return std::vector{value.dump()};
  }
  std::vector<std::string> values;
  if (value.is_array()) {
    for (const auto& one : value) {
      if (one.is_structured()) {
        return tl::unexpected(wrong_value(name, one, "a text, a number, true, false or null"));
      }
      values.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    }
    return values;
  }
  return tl::unexpected(wrong_value(name, value, "a text, a number, true, false, null, or an array of those"));
}

expected<wishes> wishes_in(const runtime::http_request& request) {
  wishes found;
  for (const auto& [name, value] : request.query) {
    found[name] = {value};
  }
  if (request.method != "POST" || request.body.empty()) {
    return found;
  }
  if (request.header("Content-Type").starts_with("application/x-www-form-urlencoded")) {
    for (const auto& [name, value] : runtime::parse_query(request.body)) {
      found[name] = split(value);
    }
    return found;
  }
  const auto object = read_json_object(request.body);
  if (!object) {
    return tl::unexpected(object.error());
  }
  for (const auto& [name, value] : object->items()) {
    auto texts = texts_of(name, value);
    if (!texts) {
      return tl::unexpected(texts.error());
    }
    found[name] = std::move(*texts);
  }
  return found;
}

/// What the sample says of the field's type; null says nothing.
expected<void> check_value(const std::string& path, const std::string& value, const json& sample) {
  if (is_null(value)) {
    return {};
  }
  const auto typed = value_at(sample, path);
  const auto wrong = [&](const char* wanted) {
    return tl::unexpected(wrong_value(path, nlohmann::json(value), wanted));
  };
  if (is_time(path) && !date_of(value)) {
    return wrong("a date, for example 2025-09-29T13:42:54Z, or null");
  }
  if (typed.is_number() && !number_of(value)) {
    return wrong("a number or null");
  }
  if (typed.is_boolean() && !truth_of(value)) {
    return wrong("true, false or null");
  }
  if (typed.is_structured()) {
    return failure(errc::malformed, path + " is an object or a list; filter by a field in it");
  }
  return {};
}

} // namespace

expected<filter> filter::read(const runtime::http_request& request, const json& sample) {
  const auto wanted = wishes_in(request);
  if (!wanted) {
    return tl::unexpected(wanted.error());
  }
  if (wanted->size() > count_limit) {
    return failure(errc::malformed, "more than " + std::to_string(count_limit) + " conditions");
  }
  filter made;
  for (const auto& [name, values] : *wanted) {
    auto one = condition_of(name, values, sample);
    if (!one) {
      return tl::unexpected(one.error());
    }
    made.conditions_.push_back(std::move(*one));
  }
  return made;
}

expected<filter::condition> filter::condition_of(const std::string& name, std::vector<std::string> values,
                                                 const json& sample) {
  constexpr std::array<std::pair<std::string_view, relation>, 6> operators{{{"__eq", relation::equal},
                                                                            {"__ne", relation::not_equal},
                                                                            {"__lt", relation::less},
                                                                            {"__lte", relation::at_most},
                                                                            {"__gt", relation::greater},
                                                                            {"__gte", relation::at_least}}};
  condition one{name, relation::equal, std::move(values)};
  const auto found = std::ranges::find_if(operators, [&](const auto& op) { return name.ends_with(op.first); });
  if (found != operators.end() && name.size() > found->first.size()) {
    one.path = name.substr(0, name.size() - found->first.size());
    one.how = found->second;
  }
  if (auto known = check_field(sample, one.path); !known) {
    return tl::unexpected(known.error());
  }
  if (one.values.size() > count_limit) {
    return failure(errc::malformed, one.path + " has more than " + std::to_string(count_limit) + " values");
  }
  const bool is_order = one.how != relation::equal && one.how != relation::not_equal;
  if (is_order && (one.values.size() != 1 || is_null(one.values.front()))) {
    return failure(errc::malformed, name + " must be compared with one value");
  }
  for (const auto& value : one.values) {
    if (auto fits = check_value(one.path, value, sample); !fits) {
      return tl::unexpected(fits.error());
    }
  }
  return one;
}

bool filter::passes(const json& object) const {
  return std::ranges::all_of(conditions_, [&](const condition& one) { return holds(one, value_at(object, one.path)); });
}

bool filter::holds(const condition& one, const json& value) {
  const bool is_a_time = is_time(one.path);
  const auto is_any = [&] {
    return std::ranges::any_of(one.values, [&](const auto& text) { return equals(value, text, is_a_time); });
  };
  const auto order = [&] { return compared(value, one.values.front(), is_a_time); };
  switch (one.how) {
  case relation::equal:
    return is_any();
  case relation::not_equal:
    return !is_any();
  case relation::less:
    return order() == -1;
  case relation::at_most:
    return order().value_or(1) <= 0;
  case relation::greater:
    return order() == 1;
  case relation::at_least:
    return order().value_or(-1) >= 0;
  }
  return false;
}

std::optional<std::string> wanted_value(const runtime::http_request& request, const std::string& field) {
  const auto wanted = wishes_in(request);
  const auto found = wanted ? wanted->find(field) : wishes::const_iterator{};
  if (!wanted || found == wanted->end() || found->second.size() != 1 || is_null(found->second.front())) {
    return std::nullopt;
  }
  return found->second.front();
}

json value_at(const json& object, std::string_view path) {
  const auto* at = &object;
  for (;;) {
    const auto dot = path.find('.');
    const auto found = at->is_object() ? at->find(std::string{path.substr(0, dot)}) : at->end();
    if (found == at->end()) {
      return nullptr;
    }
    at = &*found;
    if (dot == std::string_view::npos) {
      return *at;
    }
    path.remove_prefix(dot + 1);
  }
}

expected<void> check_field(const json& sample, const std::string& path) {
  const auto field = path.substr(0, path.find('.'));
  if (sample.contains(field)) {
    return {};
  }
  std::vector<std::string> fields;
  for (const auto& [name, value] : sample.items()) {
    fields.push_back(name);
  }
  const auto nearest = runtime::nearest_word(field, fields);
  return failure(errc::malformed,
                 "there is no field " + shown_value(field) + (nearest ? "; did you mean \"" + *nearest + "\"?" : ""));
}

bool is_time(std::string_view path) {
  const auto field = path.substr(path.rfind('.') == std::string_view::npos ? 0 : path.rfind('.') + 1);
  return field.ends_with("_at") || field == "timestamp" || field == "last_seen";
}

bool before(const json& a, const json& b, bool are_times) {
  if (are_times && a.is_string() && b.is_string()) {
    const auto date_of_a = date_of(a.get_ref<const std::string&>());
    const auto date_of_b = date_of_a ? date_of(b.get_ref<const std::string&>()) : std::nullopt;
    if (date_of_a && date_of_b) {
      return *date_of_a < *date_of_b;
    }
  }
  return a < b;
}

} // namespace fedloom::controller
