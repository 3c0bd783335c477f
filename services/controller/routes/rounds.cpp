#include "services/controller/routes/listing.hpp"
#include "services/controller/routes/round_json.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <algorithm>

namespace fedloom::controller {

using domain::round_record;

namespace {

/// Sessions' options by id, for the rounds' round_config.
class session_configs {
public:
  explicit session_configs(const storage::round_store& store) {
    for (auto& session : store.sessions()) {
      options_.emplace(std::move(session.session), std::move(session.options));
    }
  }

  json shown(const round_record& round) const {
    const auto found = options_.find(round.key.session);
    return json_of(round, found == options_.end() ? domain::session_options{} : found->second);
  }

private:
  std::map<domain::session_id, domain::session_options> options_;
};

/// With what every progress display asks for, only that session's rounds are read.
std::vector<round_record> wanted_rounds(const rest_context& with, const runtime::http_request& request) {
  const auto session = request.query.find("session_id");
  if (session == request.query.end()) {
    return with.store->rounds();
  }
  return domain::valid_uuid(session->second) ? with.store->rounds_of(domain::session_id{session->second})
                                             : std::vector<round_record>{};
}

runtime::http_response list_rounds(const rest_context& with, runtime::http_request& request) {
  const session_configs configs(*with.store);
  auto rows = rows_of(wanted_rounds(with, request), [&](const round_record& round) { return configs.shown(round); });
  request.query.erase("session_id");
  return list_answer(request, rows);
}

runtime::http_response get_round(const rest_context& with, runtime::http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto rounds = with.store->rounds();
  const auto found = std::ranges::find(rounds, id, [](const round_record& one) { return std::to_string(one.number); });
  return found == rounds.end() ? entity_not_found(id) : json_answer(session_configs(*with.store).shown(*found));
}

} // namespace

route_list round_routes(const context_ptr& with) {
  return {on("GET", "/api/v1/rounds", with, list_rounds), on("GET", "/api/v1/rounds/{id}", with, get_round)};
}

} // namespace fedloom::controller
