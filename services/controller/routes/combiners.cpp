#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/listing.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <algorithm>

namespace fedloom::controller {

namespace {

using head_count = std::map<domain::combiner_id, std::size_t>;

head_count count_online(const rest_context& with) {
  head_count count;
  for (const auto& client : with.store->clients()) {
    if (with.presence->has(client.client)) {
      ++count[client.combiner];
    }
  }
  return count;
}

json shown(const rest_context& with, const domain::combiner_record& combiner, const head_count& count) {
  const auto clients = count.find(combiner.combiner);
  return json_of(combiner, with.presence->has(combiner.combiner), clients == count.end() ? 0 : clients->second);
}

runtime::http_response list_combiners(const rest_context& with, runtime::http_request& request) {
  auto combiners = with.store->combiners();
  std::ranges::stable_sort(combiners, {}, &domain::combiner_record::joined_at);
  const auto count = count_online(with);
  auto rows = rows_of(std::move(combiners),
                      [&](const domain::combiner_record& combiner) { return shown(with, combiner, count); });
  return list_answer(request, rows);
}

runtime::http_response get_combiner(const rest_context& with, runtime::http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto combiners = with.store->combiners();
  const auto found = std::ranges::find(combiners, domain::combiner_id{id}, &domain::combiner_record::combiner);
  if (found == combiners.end()) {
    return entity_not_found(id);
  }
  return json_answer(shown(with, *found, count_online(with)));
}

} // namespace

route_list combiner_routes(const context_ptr& with) {
  return {on("GET", "/api/v1/combiners", with, list_combiners),
          on("GET", "/api/v1/combiners/{id}", with, get_combiner)};
}

} // namespace fedloom::controller
