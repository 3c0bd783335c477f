#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/listing.hpp"
#include "services/controller/routes/model_trail.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <strings.h>

namespace fedloom::controller {

using domain::expected;
using runtime::http_request;
using runtime::http_response;

namespace {

constexpr std::size_t default_limit = 10; ///< FEDn's

expected<std::size_t> limit_of(const http_request& request) {
  const auto text = request.header("X-Limit");
  if (text.empty()) {
    return default_limit;
  }
  std::size_t limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return domain::failure(domain::errc::malformed, "the header X-Limit is \"" + std::string{text} +
                                                        "\"; it must be 0 (all) or a positive number");
  }
  return limit == 0 ? std::numeric_limits<std::size_t>::max() : limit;
}

/// FEDn's clients write True and true.
expected<bool> flag_of(const std::string& name, const std::string& text) {
  for (const bool value : {true, false}) {
    if (::strcasecmp(text.c_str(), value ? "true" : "false") == 0) {
      return value;
    }
  }
  return domain::failure(domain::errc::malformed, name + " is \"" + text + "\"; it must be true or false");
}

http_response list_of(const model_trail::nodes& nodes) {
  auto list = json::array();
  for (const auto* node : nodes) {
    list.push_back(json_of(*node));
  }
  return json_answer(list);
}

http_response ancestors(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto model = domain::model_id_from_hex(id);
  const model_trail trail(with.store->models());
  if (!model || !trail.has(*model)) {
    return entity_not_found(id);
  }
  const auto limit = limit_of(request);
  const auto include_self = flag_of("include_self", request.query_or("include_self", "false"));
  const std::string reverse{request.header("X-Reverse")};
  const auto is_reversed = flag_of("the header X-Reverse", reverse.empty() ? "false" : reverse);
  if (!limit || !include_self || !is_reversed) {
    return runtime::error_answer(!limit ? limit.error() : !include_self ? include_self.error() : is_reversed.error());
  }
  auto found = trail.ancestors(*model, *include_self, *limit);
  if (*is_reversed) {
    std::ranges::reverse(found);
  }
  return list_of(found);
}

http_response descendants(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto model = domain::model_id_from_hex(id);
  const model_trail trail(with.store->models());
  if (!model || !trail.has(*model)) {
    return entity_not_found(id);
  }
  const auto limit = limit_of(request);
  if (!limit) {
    return runtime::error_answer(limit.error());
  }
  auto found = trail.descendants(*model, *limit);
  std::ranges::reverse(found); // as FEDn: the farthest first
  return list_of(found);
}

http_response leaf_nodes(const rest_context& with, http_request& request) {
  return list_answer(request, rows_of(model_trail(with.store->models()).leaves(),
                                      [](const domain::model_record& model) { return json_of(model); }));
}

} // namespace

route_list model_trail_routes(const context_ptr& with) {
  return {on("GET", "/api/v1/models/leaf-nodes", with, leaf_nodes),
          on("GET", "/api/v1/models/{id}/ancestors", with, ancestors),
          on("GET", "/api/v1/models/{id}/descendants", with, descendants)};
}

} // namespace fedloom::controller
