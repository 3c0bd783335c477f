// How a session's models became better: FLOPY-NET's model versions and training summary.
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/round_json.hpp"
#include "services/controller/routes/route_groups.hpp"
#include "services/controller/routes/session_writes.hpp"
#include "services/controller/routes/training_state.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;
using domain::round_record;
using runtime::http_request;
using runtime::http_response;

namespace {

/// The session that the query names, or the current one.
expected<domain::session_record> wanted_session(const rest_context& with, const http_request& request) {
  const auto named = request.query.find("session_id");
  if (named != request.query.end()) {
    return find_session(with, named->second).map_error([&](const domain::error&) {
      return domain::error{errc::not_found, "Entity with id: " + named->second + " not found"};
    });
  }
  auto session = current_session(*with.store);
  return session ? expected<domain::session_record>(std::move(*session))
                 : failure(errc::not_found, "there is no session yet");
}

/// The round that committed the model, if one did.
std::optional<round_record> round_of(const rest_context& with, const domain::model_record& model) {
  if (model.session.value().empty() || model.round == 0) {
    return std::nullopt;
  }
  const auto rounds = with.store->rounds_of(model.session);
  const auto found = std::ranges::find_if(
      rounds, [&](const auto& one) { return one.key.round == model.round && one.model == model.model; });
  return found == rounds.end() ? std::nullopt : std::optional(*found);
}

json version_of(const domain::model_record& model, const aggregation::judged_round& judged, const json& metrics) {
  const auto id = to_hex(model.model);
  return {{"version", id},
          {"model_id", id},
          {"name", model.name},
          {"round", model.round},
          {"timestamp", json_of(model.committed_at)},
          {"accuracy", number_or_null(judged.accuracy)},
          {"loss", number_or_null(judged.loss)},
          {"metrics", metrics},
          {"model_size", model.stream_bytes}};
}

http_response versions(const rest_context& with, http_request& request) {
  const auto session = wanted_session(with, request);
  if (!session) {
    return runtime::error_answer(session.error());
  }
  std::map<std::uint32_t, round_record> rounds;
  for (auto& one : committed_rounds(*with.store, session->session)) {
    rounds.insert_or_assign(one.key.round, std::move(one));
  }
  auto all = json::array();
  for (const auto& model : with.store->models_of(session->session)) {
    const auto round = rounds.find(model.round);
    const bool is_judged = round != rounds.end();
    all.push_back(version_of(model, is_judged ? judgement_of(round->second) : aggregation::judged_round{},
                             is_judged ? summary_of(round->second).at("metrics") : json::object()));
  }
  return json_answer({{"session_id", session->session.value()}, {"count", all.size()}, {"versions", std::move(all)}});
}

/// Of the places that the model has in the trail, the first that clients judged.
expected<aggregation::model_facts> facts_of(const rest_context& with, const std::string& id) {
  const auto model = domain::model_id_from_hex(id);
  const auto nodes = model ? with.store->nodes_of(*model) : std::vector<domain::model_record>{};
  if (nodes.empty()) {
    return failure(errc::not_found, "Entity with id: " + id + " not found");
  }
  for (const auto& node : nodes) {
    if (const auto round = round_of(with, node)) {
      return aggregation::model_facts{judgement_of(*round), node.stream_bytes};
    }
  }
  return aggregation::model_facts{{nodes.front().round, {}, {}}, nodes.front().stream_bytes};
}

http_response compare_versions(const rest_context& with, http_request& request) {
  const auto ids = std::pair{request.query_or("version1", ""), request.query_or("version2", "")};
  if (ids.first.empty() || ids.second.empty()) {
    return runtime::message_answer(400, "version1 and version2 are the ids of the models to compare");
  }
  const auto first = facts_of(with, ids.first);
  const auto second = facts_of(with, ids.second);
  if (!first || !second) {
    return runtime::error_answer(!first ? first.error() : second.error());
  }
  const auto difference = aggregation::compare(*first, *second);
  return json_answer({{"version1", ids.first},
                      {"version2", ids.second},
                      {"accuracy_diff", number_or_null(difference.accuracy_diff)},
                      {"loss_diff", number_or_null(difference.loss_diff)},
                      {"size_diff", difference.size_diff},
                      {"round_diff", difference.round_diff}});
}

json average_seconds(const std::vector<round_record>& rounds) {
  double seconds = 0;
  for (const auto& one : rounds) {
    seconds += std::chrono::duration<double>(one.closed_at - one.opened_at).count();
  }
  return rounds.empty() ? json(nullptr) : json(seconds / static_cast<double>(rounds.size()));
}

json best_of(const std::vector<aggregation::judged_round>& judged) {
  const auto best = aggregation::best_of(judged);
  if (!best) {
    return nullptr;
  }
  auto shown = json_of(*best);
  shown["round"] = best->round;
  return shown;
}

http_response training_summary(const rest_context& with, http_request& request) {
  const auto session = wanted_session(with, request);
  if (!session) {
    return runtime::error_answer(session.error());
  }
  const auto rounds = committed_rounds(*with.store, session->session);
  const auto judged = judgements_of(rounds);
  const auto course = aggregation::convergence_of(judged);
  std::uint64_t bytes = 0;
  for (const auto& one : rounds) {
    bytes += one.bytes_up + one.bytes_down;
  }
  return json_answer({{"session_id", session->session.value()},
                      {"status", to_string(session->status)},
                      {"total_rounds", rounds.size()},
                      {"max_rounds", session->options.rounds},
                      {"trend", course.accuracy_trend},
                      {"loss_trend", course.loss_trend},
                      {"convergence_rate", course.convergence_rate},
                      {"stability", course.stability},
                      {"last", judged.empty() ? json(nullptr) : json_of(judged.back())},
                      {"best", best_of(judged)},
                      {"average_round_time", average_seconds(rounds)},
                      {"bytes", bytes}});
}

} // namespace

route_list model_version_routes(const context_ptr& with) {
  return {on("GET", "/models/versions", with, versions), on("GET", "/models/compare", with, compare_versions),
          on("GET", "/training/summary", with, training_summary)};
}

} // namespace fedloom::controller
