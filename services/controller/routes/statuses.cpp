#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/round_rows.hpp"

namespace fedloom::controller {

using domain::contribution;
using domain::contribution_failure;
using domain::errc;
using domain::round_record;
using domain::task_kind;

namespace {

/// FEDn's words for what a client reports.
std::string_view type_of(task_kind kind) {
  return kind == task_kind::validate ? "MODEL_VALIDATION" : "MODEL_UPDATE";
}

std::string_view words_of(task_kind kind) {
  return kind == task_kind::validate ? "Model validation completed." : "Model update completed.";
}

/// Nobody has to act on a client that went away or came too late.
std::string_view level_of(errc code) {
  const bool is_usual = code == errc::client_lost || code == errc::late || code == errc::cancelled ||
                        code == errc::draining || code == errc::paused;
  return is_usual ? "WARNING" : "ERROR";
}

/// One line of a round's log.
struct line {
  task_kind kind = task_kind::train;
  domain::client_id client;
  std::string status;
  std::string_view level;
  json data;
};

line line_of(task_kind kind, const contribution& one) {
  return {kind,
          one.client,
          std::string{words_of(kind)},
          "AUDIT",
          {{"num_examples", one.example_count},
           {"seconds", std::chrono::duration<double>(one.took).count()},
           {"metrics", json_of(one.metrics)}}};
}

line line_of(task_kind kind, const contribution_failure& one) {
  const std::string code{to_string(one.reason.code)};
  return {
      kind, one.client, one.reason.text.empty() ? code : one.reason.text, level_of(one.reason.code), {{"error", code}}};
}

std::size_t count_of(const round_record& round) {
  return round.contributions.size() + round.failures.size() + round.validations.size() +
         round.validation_failures.size();
}

line line_at(const round_record& round, std::size_t index) {
  const auto in = [&index](const auto& list) { return index < list.size() || (index -= list.size(), false); };
  if (in(round.contributions)) {
    return line_of(task_kind::train, round.contributions[index]);
  }
  if (in(round.failures)) {
    return line_of(task_kind::train, round.failures[index]);
  }
  if (in(round.validations)) {
    return line_of(task_kind::validate, round.validations[index]);
  }
  return line_of(task_kind::validate, round.validation_failures.at(index));
}

json shown(const round_record& round, const line& one, senders& sender) {
  const auto id = to_string(row_id{round.number, one.kind, one.client});
  const auto at = json_of(last_change(round));
  return {{"status_id", id},
          {"status", one.status},
          {"timestamp", at},
          {"log_level", one.level},
          {"data", dumped(one.data)},
          {"correlation_id", id},
          {"type", type_of(one.kind)},
          {"extra", ""},
          {"session_id", round.key.session.value()},
          {"round_id", std::to_string(round.number)},
          {"sender", sender(one.client)},
          {"committed_at", at},
          {"updated_at", at}};
}

rows all_statuses(const rest_context& with, const runtime::http_request& request) {
  const auto sender = std::make_shared<senders>(*with.store);
  round_view view{count_of, [sender](const round_record& round, std::size_t i) {
                    return shown(round, line_at(round, i), *sender);
                  }};
  view.sample = view.object(exemplary_round(), 0);
  return rows_of_rounds(with, request, std::move(view));
}

std::optional<json> find_status(const rest_context& with, const std::string& text) {
  const auto id = row_id_from(text);
  const auto round = id && id->key.empty() ? with.store->round(id->round) : domain::failure(errc::not_found, "");
  if (!round) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < count_of(*round); ++i) {
    const auto one = line_at(*round, i);
    if (one.kind == id->kind && one.client == id->client) {
      senders sender(*with.store);
      return shown(*round, one, sender);
    }
  }
  return std::nullopt;
}

} // namespace

route_list status_routes(const context_ptr& with) {
  return entity_routes(with, {"/api/v1/statuses", all_statuses, find_status});
}

} // namespace fedloom::controller
