#pragma once
#include "messages/domain/expected.hpp"
#include "services/controller/routes/answers.hpp"
#include "services/runtime/http_message.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fedloom::controller {

/// What a request asks of a list's objects. A condition is `field=value`, with the field's path in dots ("sender.name")
/// and, if need be, an operator behind it: `__eq`, `__ne`, `__lt`, `__lte`, `__gt`, `__gte`. "null" means that it has
/// no value. GET has conditions in its query; POST in its body, a JSON object or a form, where a comma means "one of"
/// (in JSON also an array). Fields whose name ends in _at, "timestamp" and "last_seen" are times: HTTP dates or ISO
/// 8601.
class filter {
public:
  /// `malformed` names the field that does not exist (by the sample) or whose value cannot be.
  static domain::expected<filter> read(const runtime::http_request& request, const json& sample);

  bool passes(const json& object) const;
  bool empty() const noexcept { return conditions_.empty(); }

private:
  enum class relation { equal, not_equal, less, at_most, greater, at_least };
  struct condition {
    std::string path;
    relation how = relation::equal;
    std::vector<std::string> values; ///< any of these
  };

  static domain::expected<condition> condition_of(const std::string& name, std::vector<std::string> values,
                                                  const json& sample);
  static bool holds(const condition& one, const json& value);

  std::vector<condition> conditions_;
};

/// The one value that the request wants of this field, if it says so: for reading less from the store. The filter still
/// looks at what was read.
std::optional<std::string> wanted_value(const runtime::http_request& request, const std::string& field);

/// The value at a dotted path; null where it ends in nothing.
json value_at(const json& object, std::string_view path);
/// `malformed` for a path whose first name is no key of the sample, with the nearest one that is.
domain::expected<void> check_field(const json& sample, const std::string& path);
/// Whether that field holds times.
bool is_time(std::string_view path);
/// a before b: dates by time, fields without a value first.
bool before(const json& a, const json& b, bool are_times);

} // namespace fedloom::controller
