#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/round_rows.hpp"

namespace fedloom::controller {

using domain::contribution;
using domain::measurement_record;
using domain::round_record;
using domain::task_kind;

namespace {

/// One number that a client measured in a round.
struct figure {
  std::string id;
  std::string key;
  double value = 0;
  domain::client_id client;
  domain::model_id model;
  std::uint64_t step = 0;
  std::optional<task_kind> task; ///< none: logged by the client on its own account
  domain::timestamp at;
};

/// What clients logged while they trained, by round.
using logged = std::multimap<domain::round_key, measurement_record>;

logged logged_in_rounds(const storage::round_store& store) {
  logged found;
  store.visit<measurement_record>({}, [&](measurement_record&& one) {
    if (!one.round.session.value().empty()) {
      found.emplace(one.round, std::move(one));
    }
    return true;
  });
  return found;
}

std::size_t metrics_in(const std::vector<contribution>& answers) {
  std::size_t count = 0;
  for (const auto& one : answers) {
    count += one.metrics.size();
  }
  return count;
}

figure figure_of(const measurement_record& one) {
  return {std::to_string(one.number), one.key, one.value, one.client, one.model, one.step, std::nullopt, one.at};
}

/// The `index`th of what the answers report.
figure figure_in(const round_record& round, task_kind kind, std::size_t index) {
  const bool validates = kind == task_kind::validate;
  for (const auto& one : validates ? round.validations : round.contributions) {
    if (index < one.metrics.size()) {
      const auto& metric = one.metrics[index];
      return {to_string(row_id{round.number, kind, one.client, metric.name}),
              metric.name,
              metric.value,
              one.client,
              validates ? validated_model(round) : round.parent,
              round.key.round,
              kind,
              last_change(round)};
    }
    index -= one.metrics.size();
  }
  return {};
}

std::size_t count_of(const round_record& round, const logged& also) {
  return metrics_in(round.contributions) + metrics_in(round.validations) + also.count(round.key);
}

figure figure_at(const round_record& round, const logged& also, std::size_t index) {
  const auto trained = metrics_in(round.contributions);
  const auto validated = metrics_in(round.validations);
  if (index < trained) {
    return figure_in(round, task_kind::train, index);
  }
  if (index < trained + validated) {
    return figure_in(round, task_kind::validate, index - trained);
  }
  const auto first = also.lower_bound(round.key);
  return figure_of(std::next(first, static_cast<std::ptrdiff_t>(index - trained - validated))->second);
}

json shown(const round_record& round, const figure& one, senders& sender) {
  const auto at = json_of(one.at);
  return {{"metric_id", one.id},
          {"key", one.key},
          {"value", one.value},
          {"timestamp", at},
          {"sender", sender(one.client)},
          {"model_id", to_hex(one.model)},
          {"step", one.step},
          {"task", one.task ? json(to_string(*one.task)) : json(nullptr)},
          {"round_id", std::to_string(round.number)},
          {"session_id", round.key.session.value()},
          {"committed_at", at},
          {"updated_at", at}};
}

rows all_metrics(const rest_context& with, const runtime::http_request& request) {
  const auto sender = std::make_shared<senders>(*with.store);
  const auto also = std::make_shared<const logged>(logged_in_rounds(*with.store));
  round_view view{[also](const round_record& round) { return count_of(round, *also); },
                  [also, sender](const round_record& round, std::size_t i) {
                    return shown(round, figure_at(round, *also, i), *sender);
                  }};
  view.sample = view.object(exemplary_round(), 0);
  return rows_of_rounds(with, request, std::move(view));
}

std::optional<json> find_logged(const rest_context& with, std::uint64_t number) {
  const auto one = with.store->measurement(number);
  const auto round = one ? with.store->round(one->round) : tl::unexpected(one.error());
  senders sender(*with.store);
  return round ? std::optional(shown(*round, figure_of(*one), sender)) : std::nullopt;
}

std::optional<json> find_metric(const rest_context& with, const std::string& text) {
  if (const auto number = running_number(text)) {
    return find_logged(with, *number);
  }
  const auto id = row_id_from(text);
  const auto round = id ? with.store->round(id->round) : domain::failure(domain::errc::not_found, "");
  if (!round) {
    return std::nullopt;
  }
  const auto count = count_of(*round, {});
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto one = figure_at(*round, {}, i); one.id == text) {
      senders sender(*with.store);
      return shown(*round, one, sender);
    }
  }
  return std::nullopt;
}

} // namespace

route_list metric_routes(const context_ptr& with) {
  return entity_routes(with, {"/api/v1/metrics", all_metrics, find_metric});
}

} // namespace fedloom::controller
