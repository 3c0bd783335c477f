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
json either(const std::map<std::string, double>& means, const std::string& name) {
  for (const auto& known : {name, "test_" + name}) {
    if (const auto found = means.find(known); found != means.end()) {
      return found->second;
    }
  }
  return nullptr;
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

json parts_of(const domain::round_record& round) {
  auto parts = json::array();
  for (const auto& one : round.parts) {
    parts.push_back({{"combiner_id", one.combiner.value()}, {"clients", one.cohort.size() + one.carried.size()}});
  }
  return parts;
}

json contributions_of(const domain::round_record& round) {
  auto all = json::array();
  for (const auto& one : round.contributions) {
    all.push_back({{"client_id", one.client.value()},
                   {"weight", one.weight},
                   {"num_examples", one.example_count},
                   {"from_round", one.from_round == 0 ? round.key.round : one.from_round},
                   {"from_attempt", one.from_round == 0 ? round.key.attempt : one.from_attempt},
                   {"metrics", json_of(one.metrics)}});
  }
  return all;
}

json validations_of(const domain::round_record& round) {
  auto all = json::array();
  for (const auto& one : round.validations) {
    all.push_back(
        {{"client_id", one.client.value()}, {"num_examples", one.example_count}, {"metrics", json_of(one.metrics)}});
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
          {"combiners", parts_of(round)},
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
          {"accuracy", either(means, "accuracy")},
          {"loss", either(means, "loss")},
          {"metrics", means},
          {"bytes", round.bytes_up + round.bytes_down},
          {"bytes_up", round.bytes_up},
          {"bytes_down", round.bytes_down}};
}

} // namespace fedloom::controller
