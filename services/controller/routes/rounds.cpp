#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/round_json.hpp"
#include "services/controller/routes/row_id.hpp"

namespace fedloom::controller {

using domain::round_record;

namespace {

/// Sessions' options by id, for the rounds' round_config: each is read once. For one request, on one thread.
class session_configs {
public:
  explicit session_configs(const storage::round_store& store) : store_(&store) {}

  json operator()(const round_record& round) {
    auto found = options_.find(round.key.session);
    if (found == options_.end()) {
      const auto session = store_->find(round.key.session);
      found = options_.emplace(round.key.session, session ? session->options : domain::session_options{}).first;
    }
    return json_of(round, found->second);
  }

private:
  const storage::round_store* store_;
  std::map<domain::session_id, domain::session_options> options_;
};

/// With what every progress display asks for, only that session's rounds are read.
rows all_rounds(const rest_context& with, const runtime::http_request& request) {
  const auto configs = std::make_shared<session_configs>(*with.store);
  const auto shown = [configs](const round_record& round) { return (*configs)(round); };
  const auto session = wanted_value(request, "session_id");
  if (!session) {
    return stored_rows<round_record>(*with.store, shown);
  }
  return rows_of(domain::valid_uuid(*session) ? with.store->rounds_of(domain::session_id{*session})
                                              : std::vector<round_record>{},
                 shown);
}

std::optional<json> find_round(const rest_context& with, const std::string& id) {
  const auto number = running_number(id);
  const auto found = number ? with.store->round(*number) : domain::failure(domain::errc::not_found, "");
  return found ? std::optional(session_configs(*with.store)(*found)) : std::nullopt;
}

} // namespace

route_list round_routes(const context_ptr& with) {
  return entity_routes(with, {"/api/v1/rounds", all_rounds, find_round});
}

} // namespace fedloom::controller
