#pragma once
#include "services/controller/routes/listing.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <functional>
#include <optional>
#include <string>

namespace fedloom::controller {

/// A noun of the REST API that can be listed.
struct entity {
  std::string path; ///< "/api/v1/rounds"
  /// What there is; it may leave out what `wanted_value(request, ...)` excludes.
  std::function<rows(const rest_context& with, const runtime::http_request& request)> all;
  std::function<std::optional<json>(const rest_context& with, const std::string& id)> find;
};

/// GET <path>, POST <path>/list, GET and POST <path>/count, GET <path>/{id}.
route_list entity_routes(const context_ptr& with, entity what);

/// The entity of all records of one kind, found by an id that is a text: `make(with, record)` is its object.
template <class Record, class Id, class MakeObject>
entity stored_entity(std::string path, MakeObject make) {
  return {std::move(path),
          [make](const rest_context& with, const runtime::http_request&) {
            return stored_rows<Record>(*with.store, [make, &with](const Record& one) { return make(with, one); });
          },
          [make](const rest_context& with, const std::string& id) -> std::optional<json> {
            const auto found = with.store->find(Id{id});
            return found ? std::optional<json>(make(with, *found)) : std::nullopt;
          }};
}

/// Appends the routes of one to those of another.
inline route_list operator+(route_list to, route_list more) {
  std::ranges::move(more, std::back_inserter(to));
  return to;
}

} // namespace fedloom::controller
