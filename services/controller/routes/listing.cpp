#include "services/controller/routes/listing.hpp"

#include "messages/domain/expected.hpp"
#include "services/controller/routes/http_date.hpp"
#include "services/runtime/nearest_word.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <strings.h>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

constexpr std::string_view default_order = "committed_at";

struct page {
  std::size_t limit = 0; ///< 0: no limit
  std::size_t skip = 0;
  std::string sort_key{default_order};
  bool descending = true;
};

/// The value at a dotted path; null where it ends in nothing.
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

/// A field that does not exist would filter everything away in silence.
expected<void> check_field(const json& sample, const std::string& path) {
  const auto field = path.substr(0, path.find('.'));
  if (sample.contains(field)) {
    return {};
  }
  if (field.find("__") != std::string::npos) {
    return failure(errc::malformed, "\"" + path + "\": operators are not supported; filter by a field's exact value");
  }
  std::vector<std::string> fields;
  for (const auto& [name, value] : sample.items()) {
    fields.push_back(name);
  }
  const auto nearest = runtime::nearest_word(field, fields);
  return failure(errc::malformed,
                 "there is no field \"" + field + "\"" + (nearest ? "; did you mean \"" + *nearest + "\"?" : ""));
}

bool same_word(const std::string& a, const char* b) {
  return ::strcasecmp(a.c_str(), b) == 0;
}

bool matches(const json& value, const std::string& text) {
  if (value.is_string()) {
    return value.get_ref<const std::string&>() == text;
  }
  if (value.is_null()) {
    return same_word(text, "null");
  }
  if (value.is_boolean()) { // Python's clients write True and False
    return same_word(text, value.get<bool>() ? "true" : "false");
  }
  if (value.is_number()) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc{} && read.ptr == end && value.get<double>() == number;
  }
  return false;
}

expected<void> read_count(const runtime::http_request& request, std::string_view header, std::size_t& into) {
  const auto text = request.header(header);
  if (text.empty()) {
    return {};
  }
  const auto read = std::from_chars(text.data(), text.data() + text.size(), into);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return failure(errc::malformed, "the header " + std::string{header} + " is \"" + std::string{text} +
                                        "\"; it must be 0 or a positive number");
  }
  return {};
}

expected<page> read_page(const runtime::http_request& request, const json& sample) {
  page wanted;
  if (auto read = read_count(request, "X-Limit", wanted.limit); !read) {
    return tl::unexpected(read.error());
  }
  if (auto read = read_count(request, "X-Skip", wanted.skip); !read) {
    return tl::unexpected(read.error());
  }
  if (const auto key = request.header("X-Sort-Key"); !key.empty()) {
    wanted.sort_key = key;
    if (auto known = check_field(sample, wanted.sort_key); !known) {
      return failure(errc::malformed, "the header X-Sort-Key: " + known.error().text);
    }
  }
  const std::string order{request.header("X-Sort-Order")};
  if (!order.empty() && !same_word(order, "asc") && !same_word(order, "desc")) {
    return failure(errc::malformed, "the header X-Sort-Order is \"" + order + "\"; it must be asc or desc");
  }
  wanted.descending = !same_word(order, "asc");
  return wanted;
}

bool passes(const json& object, const std::map<std::string, std::string>& filters) {
  return std::ranges::all_of(filters,
                             [&](const auto& one) { return matches(value_at(object, one.first), one.second); });
}

/// Text that is a date sorts as one; fields without a value come first.
bool before(const json& a, const json& b) {
  if (a.is_string() && b.is_string()) {
    const auto date_of_a = from_http_date(a.get_ref<const std::string&>());
    const auto date_of_b = date_of_a ? from_http_date(b.get_ref<const std::string&>()) : std::nullopt;
    if (date_of_a && date_of_b) {
      return *date_of_a < *date_of_b;
    }
  }
  return a < b;
}

/// The rows that pass, by the page's key. Without filters, in the rows' own order, nothing needs to be made for it.
std::vector<std::size_t> chosen(const runtime::http_request& request, const rows& from, const page& wanted) {
  std::vector<std::size_t> order;
  const bool is_sorted = wanted.sort_key == default_order;
  if (request.query.empty() && is_sorted) {
    order.resize(from.count);
    std::iota(order.begin(), order.end(), std::size_t{0});
  } else {
    std::vector<json> keys(from.count);
    for (std::size_t i = 0; i < from.count; ++i) {
      const auto object = from.object(i);
      if (passes(object, request.query)) {
        order.push_back(i);
        keys[i] = value_at(object, wanted.sort_key);
      }
    }
    if (!is_sorted) {
      std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return before(keys[a], keys[b]); });
    }
  }
  if (wanted.descending) { // equal keys too: of two, the newer one comes first
    std::ranges::reverse(order);
  }
  return order;
}

} // namespace

runtime::http_response list_answer(const runtime::http_request& request, const rows& from) {
  for (const auto& [field, value] : request.query) {
    if (auto known = check_field(from.sample, field); !known) {
      return runtime::error_answer(known.error());
    }
  }
  const auto wanted = read_page(request, from.sample);
  if (!wanted) {
    return runtime::error_answer(wanted.error());
  }
  const auto order = chosen(request, from, *wanted);
  auto result = json::array();
  const auto skipped = std::min(wanted->skip, order.size());
  const auto left = order.size() - skipped;
  const auto length = wanted->limit == 0 ? left : std::min(wanted->limit, left);
  for (std::size_t i = skipped; i < skipped + length; ++i) {
    result.push_back(from.object(order[i]));
  }
  return json_answer({{"count", order.size()}, {"result", std::move(result)}});
}

} // namespace fedloom::controller
