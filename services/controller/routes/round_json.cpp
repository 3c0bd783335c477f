#include "services/controller/routes/round_json.hpp"

#include "services/controller/routes/json_of.hpp"

#include <algorithm>
#include <set>

namespace fedloom::controller {

namespace {

/// Means over the clients that report a metric, weighted by their examples.
std::map<std::string, double> means_of(const std::vector<domain::contribution>& validations) {
  struct sum {
    double values = 0;
    double weight = 0;
  };
  std::map<std::string, sum> sums;
  for (const auto& one : validations) {
    const auto weight = static_cast<double>(std::max<std::uint64_t>(one.example_count, 1));
    for (const auto& metric : one.metrics) {
      sums[metric.name].values += weight * metric.value;
      sums[metric.name].weight += weight;
    }
  }
  std::map<std::string, double> means;
  for (const auto& [name, all] : sums) {
    means[name] = all.values / all.weight;
  }
  return means;
}

/// Packages call what they measure on held-out data by either name.
std::optional<double> either(const std::map<std::string, double>& means, const std::string& name) {
  for (const auto& known : {name, "test_" + name}) {
    if (const auto found = means.find(known); found != means.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

/// The parts alone would not do: those that gave nothing are no longer in the record of a committed round.
std::size_t clients_asked(const domain::round_record& round) {
  std::set<domain::client_id> asked;
  for (const auto& part : round.parts) {
    asked.insert(part.cohort.begin(), part.cohort.end());
    for (const auto& late : part.carried) {
      asked.insert(late.client);
    }
  }
  for (const auto& one : round.contributions) {
    asked.insert(one.client);
  }
  for (const auto& one : round.failures) {
    asked.insert(one.client);
  }
  return asked.size();
}

json seconds_of(const domain::round_record& round) {
  if (round.closed_at == domain::timestamp{}) {
    return nullptr;
  }
  return std::chrono::duration<double>(round.closed_at - round.opened_at).count();
}

json model_of(const domain::round_record& round) {
  return round.model ? json(to_hex(*round.model)) : json(nullptr);
}

double seconds_of(domain::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// What came of one combiner's part.
struct part_outcome {
  std::size_t asked = 0;
  std::size_t answered = 0;
  domain::milliseconds longest{0};
};

part_outcome outcome_of(const domain::part_record& part,
                        const std::map<domain::client_id, const domain::contribution*>& answers) {
  part_outcome outcome;
  const auto note = [&](const domain::client_id& client) {
    ++outcome.asked;
    if (const auto found = answers.find(client); found != answers.end()) {
      ++outcome.answered;
      outcome.longest = std::max(outcome.longest, found->second->took);
    }
  };
  std::ranges::for_each(part.cohort, note);
  std::ranges::for_each(part.carried, note, &domain::carried_client::client);
  return outcome;
}

std::string_view word_of(const domain::round_record& round, const part_outcome& part) {
  if (round.status == domain::round_status::open) {
    return "Pending";
  }
  return part.answered > 0 ? "Success" : "Failed";
}

/// A combiner's sum is no model: `model_id` is null.
json parts_of(const domain::round_record& round, const domain::session_options& options) {
  std::map<domain::client_id, const domain::contribution*> answers;
  for (const auto& one : round.contributions) {
    answers.emplace(one.client, &one);
  }
  auto parts = json::array();
  for (const auto& one : round.parts) {
    const auto part = outcome_of(one, answers);
    parts.push_back({{"combiner_id", one.combiner.value()},
                     {"name", one.combiner.value()},
                     {"clients", part.asked},
                     {"model_id", nullptr},
                     {"status", word_of(round, part)},
                     {"time_exec_training", seconds_of(part.longest)},
                     {"data",
                      {{"nr_expected_updates", part.asked},
                       {"nr_required_updates", options.min_clients},
                       {"timeout", seconds_of(options.round_timeout)},
                       {"aggregation_time", {{"nr_aggregated_models", part.answered}}}}}});
  }
  return parts;
}

/// FEDn's times. Updates are added up while they arrive: none of these steps has a time of its own.
json round_data() {
  return {{"time_commit", nullptr},
          {"reduce", {{"time_fetch_model", nullptr}, {"time_load_model", nullptr}, {"time_aggregate_model", nullptr}}}};
}

json choices_of(const domain::round_record& round) {
  auto all = json::array();
  for (const auto& one : round.choices) {
    all.push_back({{"client_id", one.client.value()}, {"reason", one.reason}, {"score", one.score}});
  }
  return all;
}

json contributions_of(const domain::round_record& round) {
  auto all = json::array();
  for (const auto& one : round.contributions) {
    all.push_back({{"client_id", one.client.value()},
                   {"weight", one.weight},
                   {"num_examples", one.example_count},
                   {"from_round", one.from_round == 0 ? round.key.round : one.from_round},
                   {"from_attempt", one.from_round == 0 ? round.key.attempt : one.from_attempt},
                   {"seconds", seconds_of(one.took)},
                   {"metrics", json_of(one.metrics)}});
  }
  return all;
}

json validations_of(const domain::round_record& round) {
  auto all = json::array();
  for (const auto& one : round.validations) {
    all.push_back({{"client_id", one.client.value()},
                   {"num_examples", one.example_count},
                   {"seconds", seconds_of(one.took)},
                   {"metrics", json_of(one.metrics)}});
  }
  return all;
}

json failures_of(const std::vector<domain::contribution_failure>& failures) {
  auto all = json::array();
  for (const auto& one : failures) {
    all.push_back(
        {{"client_id", one.client.value()}, {"error", to_string(one.reason.code)}, {"reason", one.reason.text}});
  }
  return all;
}

json config_of(const domain::round_record& round, const domain::session_options& options) {
  auto config = json_of(options);
  config["session_id"] = round.key.session.value();
  config["round_id"] = std::to_string(round.number);
  config["model_id"] = to_hex(round.parent);
  return config;
}

} // namespace

json json_of(const domain::round_record& round, const domain::session_options& options) {
  const auto last_change = round.closed_at == domain::timestamp{} ? round.opened_at : round.closed_at;
  return {{"round_id", std::to_string(round.number)},
          {"session_id", round.key.session.value()},
          {"round", round.key.round},
          {"attempt", round.key.attempt},
          {"status", to_string(round.status)},
          {"reason", text_or_null(round.reason.text)},
          {"model_id", model_of(round)},
          {"parent_model", to_hex(round.parent)},
          {"round_config", config_of(round, options)},
          {"round_data", round_data()},
          {"combiners", parts_of(round, options)},
          {"selection", choices_of(round)},
          {"clients_asked", clients_asked(round)},
          {"clients_answered", round.contributions.size()},
          {"contributions", contributions_of(round)},
          {"failures", failures_of(round.failures)},
          {"weight", round.weight},
          {"validations", validations_of(round)},
          {"validation_failures", failures_of(round.validation_failures)},
          {"metrics", means_of(round.validations)},
          {"seconds", seconds_of(round)},
          {"bytes_up", round.bytes_up},
          {"bytes_down", round.bytes_down},
          {"policy_decision", round.decision},
          {"policy_revision", round.policy_revision},
          {"opened_at", json_of(round.opened_at)},
          {"closed_at", json_of(round.closed_at)},
          {"committed_at", json_of(round.opened_at)},
          {"updated_at", json_of(last_change)}};
}

aggregation::judged_round judgement_of(const domain::round_record& round) {
  const auto means = means_of(round.validations);
  return {round.key.round, either(means, "accuracy"), either(means, "loss")};
}

json number_or_null(const std::optional<double>& value) {
  return value ? json(*value) : json(nullptr);
}

json summary_of(const domain::round_record& round) {
  const auto means = means_of(round.validations);
  return {{"round", round.key.round},
          {"attempt", round.key.attempt},
          {"status", to_string(round.status)},
          {"reason", text_or_null(round.reason.text)},
          {"round_id", std::to_string(round.number)},
          {"model_id", model_of(round)},
          {"clients_asked", clients_asked(round)},
          {"clients_answered", round.contributions.size()},
          {"seconds", seconds_of(round)},
          {"accuracy", number_or_null(either(means, "accuracy"))},
          {"loss", number_or_null(either(means, "loss"))},
          {"metrics", means},
          {"bytes", round.bytes_up + round.bytes_down},
          {"bytes_up", round.bytes_up},
          {"bytes_down", round.bytes_down}};
}

} // namespace fedloom::controller
