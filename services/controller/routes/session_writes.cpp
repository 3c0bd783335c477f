#include "services/controller/routes/session_writes.hpp"

#include "actors/security/random.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/selection_config.hpp"
#include "services/controller/routes/session_config.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;
using domain::session_record;

namespace {

constexpr std::size_t name_bytes = 256;
constexpr std::size_t prefix_bytes = 128;

expected<domain::model_id> seed_from(const rest_context& with, const std::string& given) {
  if (given.empty()) {
    const auto newest = with.store->page<domain::model_record>({.newest_first = true, .take = 1});
    if (newest.empty()) {
      return failure(errc::malformed, "there is no model to begin with; upload one with POST /api/v1/models");
    }
    return newest.front().model;
  }
  const auto seed = domain::model_id_from_hex(given);
  if (!seed || !with.models->has(*seed)) {
    return failure(errc::malformed, "seed_model_id: no model " + given + "; upload it with POST /api/v1/models");
  }
  return *seed;
}

/// None: each client runs its own.
domain::package_ref active_package(const rest_context& with) {
  const auto active = with.store->active();
  const auto package = active.package.value().empty() ? failure(errc::not_found, "") : with.store->find(active.package);
  return package ? package->content : domain::package_ref{};
}

nlohmann::json given(const nlohmann::json& object, const char* key) {
  return object.value(key, nlohmann::json(nullptr));
}

expected<start_terms> terms_from(const nlohmann::json& object) {
  start_terms terms;
  if (const auto rounds = given(object, "rounds"); !rounds.is_null()) {
    if (!rounds.is_number_unsigned() || !std::in_range<std::uint32_t>(rounds.get<std::uint64_t>()) || rounds == 0) {
      return tl::unexpected(wrong_value("rounds", rounds, "an integer of at least 1"));
    }
    terms.rounds = rounds.get<std::uint32_t>();
  }
  if (const auto limit = given(object, "round_timeout"); !limit.is_null()) {
    const auto read = round_timeout_from(limit);
    if (!read) {
      return tl::unexpected(read.error());
    }
    terms.round_timeout = *read;
  }
  const auto prefix = text_of(object, "model_name_prefix", prefix_bytes);
  const auto clients = clients_from("client_ids", given(object, "client_ids"));
  if (!prefix || !clients) {
    return tl::unexpected(!prefix ? prefix.error() : clients.error());
  }
  if (!prefix->empty()) {
    terms.model_name_prefix = *prefix;
  }
  if (!clients->empty()) {
    terms.clients = *clients;
  }
  return terms;
}

} // namespace

expected<session_record> find_session(const rest_context& with, const std::string& id) {
  if (!domain::valid_uuid(id)) {
    return failure(errc::not_found, "no session " + id);
  }
  return with.store->session(domain::session_id{id});
}

expected<session_record> create_from(const rest_context& with, const nlohmann::json& object) {
  session_record wanted;
  const auto name = text_of(object, "name", name_bytes).map([&](std::string text) { wanted.name = std::move(text); });
  const auto seed = text_of(object, "seed_model_id", name_bytes)
                        .and_then([&](const std::string& given) { return seed_from(with, given); })
                        .map([&](const domain::model_id& id) { wanted.seed = wanted.head = id; });
  const auto config = given(object, "session_config");
  const auto options = session_options_from(config.is_null() ? nlohmann::json::object() : config);
  for (const auto* outcome : {&name, &seed}) {
    if (!*outcome) {
      return tl::unexpected(outcome->error());
    }
  }
  if (!options) {
    return tl::unexpected(options.error());
  }
  wanted.options = *options;
  wanted.package = active_package(with);
  wanted.session = domain::session_id{security::random_uuid()};
  return with.desk->create(std::move(wanted));
}

expected<session_record> start_from(const rest_context& with, const nlohmann::json& object) {
  const auto id = text_of(object, "session_id", name_bytes);
  if (!id || id->empty()) {
    return id ? failure(errc::malformed, "session_id is missing; name the session to start")
              : tl::unexpected(id.error());
  }
  const auto session = find_session(with, *id);
  if (!session) {
    return session;
  }
  return terms_from(object).and_then(
      [&](const start_terms& terms) { return with.desk->start(session->session, terms); });
}

} // namespace fedloom::controller
