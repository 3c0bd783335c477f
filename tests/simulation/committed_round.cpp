// What must hold for a round record in the moment in which it is committed.
#include "tests/simulation/history_checker.hpp"

#include "actors/aggregation/federated_average.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/simulation/lesson.hpp"

#include <algorithm>
#include <cmath>

namespace fedloom::simulation {

namespace {

/// By what the update is known; a carried one keeps the key under which it was asked for.
domain::update_key key_of(const domain::contribution& what, domain::round_key round) {
  if (what.from_round > 0) {
    round.round = what.from_round;
    round.attempt = what.from_attempt;
  }
  return {std::move(round), what.client};
}

bool admits_late(const domain::session_options& options) {
  return options.late_updates == domain::late_rule::carry || options.late_updates == domain::late_rule::buffered;
}

aggregation::server_optimizer optimizer_in(const domain::session_options& options) {
  using enum domain::optimizer_rule;
  const auto& [rule, beta1, beta2, tau] = options.optimizer;
  const auto rate = options.server_learning_rate;
  if (rule == average) {
    return aggregation::fedavg{rate};
  }
  if (rule == momentum) {
    return aggregation::fedavgm{rate, beta1};
  }
  const auto adaptive = rule == adam   ? aggregation::adaptive_rule::adam
                        : rule == yogi ? aggregation::adaptive_rule::yogi
                                       : aggregation::adaptive_rule::adagrad;
  return aggregation::fedopt{adaptive, rate, beta1, beta2, tau};
}

std::set<domain::client_id> asked_in(const domain::part_record& part) {
  std::set<domain::client_id> all(part.cohort.begin(), part.cohort.end());
  for (const auto& one : part.carried) {
    all.insert(one.client);
  }
  return all;
}

} // namespace

void history_checker::committed(const domain::round_record& what) {
  ++seen_.commits;
  const auto note = [&](const std::string& wrong) {
    if (!wrong.empty()) {
      violated(what.key, wrong);
    }
  };
  if (what.key.round != committed_rounds_of(what.key.session) + 1 || what.parent != head_of(what.key.session)) {
    note("I-3: committed, but it does not follow its predecessor");
  }
  if (what.contributions.size() < sessions_.at(what.key.session).options.min_clients) {
    note("committed without its quorum");
  }
  for (const auto& one : what.contributions) {
    seen_.carried += one.from_round > 0 ? 1 : 0;
    const auto [at, is_new] = counted_.emplace(key_of(one, what.key), what.key);
    if (!is_new) {
      note("I-1: the update of " + one.client.value() + " counts twice, also in " + domain::to_string(at->second));
    }
  }
  note(wrong_lists(what));
  note(wrong_parts(what));
  note(wrong_excuse(what));
  note(wrong_model(what));
}

std::string history_checker::wrong_lists(const domain::round_record& what) const {
  std::set<domain::client_id> listed;
  std::uint64_t weight = 0;
  for (const auto& one : what.contributions) {
    weight += one.weight;
    if (!listed.insert(one.client).second) {
      return "I-6: " + one.client.value() + " is listed twice";
    }
  }
  for (const auto& one : what.failures) {
    if (!listed.insert(one.client).second) {
      return "I-6: " + one.client.value() + " both contributed and failed, or failed twice";
    }
  }
  for (const auto& client : asked_.at(what.key)) {
    if (!listed.contains(client)) {
      return "I-6: " + client.value() + " was asked and is listed nowhere";
    }
  }
  return weight == what.weight ? "" : "I-6: the weights do not add up";
}

/// Each part's share of the record is exactly what its combiner handed in under its lease.
std::string history_checker::wrong_parts(const domain::round_record& what) const {
  std::size_t covered = 0;
  for (const auto& part : what.parts) {
    const auto clients = asked_in(part);
    std::vector<domain::contribution> share;
    std::ranges::copy_if(what.contributions, std::back_inserter(share),
                         [&](const auto& one) { return clients.contains(one.client); });
    covered += share.size();
    const auto told = parts_.find(part.lease);
    const auto is_it = [&](const told_part& one) {
      return one.combiner == part.combiner.value() && one.what.contributions == share;
    };
    if (told == parts_.end() || std::ranges::none_of(told->second, is_it)) {
      return "I-1: the part of " + part.combiner.value() + " is not what it handed in under this lease";
    }
  }
  return covered == what.contributions.size() ? "" : "I-1: some contributions are of no part, or of two";
}

/// Whose update was accepted is not called late before the time is up, if the round is to wait for everybody: not even
/// when its combiner has lost the sum meanwhile, for the client still has its copy.
std::string history_checker::wrong_excuse(const domain::round_record& what) const {
  const auto& options = sessions_.at(what.key.session).options;
  const bool waits_for_all = options.round_buffer_size < 0 && options.over_selection == 0.0 &&
                             options.late_updates != domain::late_rule::buffered;
  const bool is_timely = now_ < opened_.at(what.key) + options.round_timeout;
  if (!waits_for_all || !is_timely || with_losses_.contains(what.key)) { // who was away for long may come back too late
    return "";
  }
  for (const auto& one : what.failures) {
    if (one.reason.code == domain::errc::late && accepted_.contains({what.key, one.client})) {
      return "I-5: " + one.client.value() + " was accepted and is called late before the deadline";
    }
  }
  return "";
}

/// What an update weighs: as much as its examples, or as every other; late ones less, where the session admits them.
std::uint64_t history_checker::weight_of(const domain::round_record& in, const domain::contribution& what) const {
  const auto& options = sessions_.at(in.key.session).options;
  const std::uint64_t in_time = options.weights == domain::weighting::uniform ? 1 : what.example_count;
  if (!admits_late(options)) {
    return in_time;
  }
  const auto late = what.from_round > 0 ? in.key.round - what.from_round : 0;
  const auto discount = std::lround(domain::full_discount / std::pow(1.0 + late, options.staleness_exponent));
  return in_time * static_cast<std::uint64_t>(std::max(1L, discount));
}

std::string history_checker::wrong_update(const domain::round_record& in, const domain::contribution& what) const {
  const auto& name = what.client.value();
  const auto asked = rounds_.find(key_of(what, in.key).round);
  const auto parent = asked != rounds_.end() ? models_.find(asked->second.parent) : models_.end();
  if (parent == models_.end()) {
    return "I-11: " + name + " was trained from a model that nobody has";
  }
  const auto& options = sessions_.at(in.key.session).options;
  if (what.from_round > 0 && (!admits_late(options) || in.key.round - what.from_round > options.max_staleness)) {
    return "I-9: the update of " + name + " is too late";
  }
  if (what.weight != weight_of(in, what)) {
    return "I-6: the update of " + name + " has another weight than it should";
  }
  const auto digest = transfer::stream_digest(trained(parent->second, lesson_of(what.client)).span());
  return digest == what.content ? "" : "I-11: not the update of " + name;
}

/// The model is the exact mean over what the record lists, and over nothing else. Late updates count by what they
/// changed in the model that they were trained from.
std::string history_checker::wrong_model(const domain::round_record& what) {
  const auto parent = models_.find(what.parent);
  const auto model = models_.find(what.model.value_or(domain::model_id{}));
  if (parent == models_.end() || model == models_.end()) {
    return "I-2: committed before its model was durable";
  }
  const auto head = parent->second.slice(0, model::read_stream(parent->second.span())->head_bytes);
  aggregation::accumulator exact(head, what.scales, what.scales.total_weight);
  std::map<domain::model_id, std::uint64_t> older;
  for (const auto& one : what.contributions) {
    if (auto wrong = wrong_update(what, one); !wrong.empty()) {
      return wrong;
    }
    if (!exact.admits(one.weight)) {
      return "I-6: more weight than the round's scale was made for";
    }
    const auto from = rounds_.at(key_of(one, what.key).round).parent;
    exact.add({trained(models_.at(from), lesson_of(one.client))}, one.weight);
    if (from != what.parent) {
      older[from] += one.weight;
    }
  }
  const auto& options = sessions_.at(what.key.session).options;
  std::uint64_t divisor = exact.weight();
  if (options.late_updates == domain::late_rule::buffered) {
    divisor = 0;
    for (const auto& one : what.contributions) {
      divisor += domain::full_discount * (options.weights == domain::weighting::uniform ? 1 : one.example_count);
    }
  }
  auto missing = divisor - exact.weight();
  for (const auto& [from, weight] : older) {
    missing += weight;
    if (!exact.shift_mean(models_.at(from).span(), {-static_cast<std::int64_t>(weight), divisor})) {
      return "I-11: a parent that cannot be taken out";
    }
  }
  if (missing > 0 && !exact.shift_mean(parent->second.span(), {static_cast<std::int64_t>(missing), divisor})) {
    return "I-11: a mean that cannot be made whole";
  }
  return wrong_step(what, exact, divisor);
}

/// What the session's optimizer makes of that mean, and of the state that the round before left.
std::string history_checker::wrong_step(const domain::round_record& what, const aggregation::accumulator& mean,
                                        std::uint64_t divisor) {
  const auto& session = sessions_.at(what.key.session);
  const auto how = optimizer_in(session.options);
  domain::shared_bytes before;
  if (session.optimizer_state) {
    const auto state = models_.find(*session.optimizer_state);
    if (state == models_.end()) {
      return "I-2: the optimizer's state is not on the disk";
    }
    before = state->second;
  }
  std::vector<std::byte> next(mean.stream_bytes());
  std::vector<std::byte> state(mean.state_bytes(how));
  const aggregation::step_source from{models_.at(what.parent).span(), before.span(), divisor};
  if (!mean.step(how, from, {next, state, [](std::size_t, std::size_t) {}})) {
    return "I-11: a step that cannot be made";
  }
  auto& after = states_[what.key.session];
  after = state.empty() ? std::nullopt : std::optional(model::id_of(state));
  if (!std::ranges::equal(next, models_.at(*what.model).span())) {
    return "I-11: not the mean over its contributions";
  }
  return !after || models_.contains(*after) ? "" : "I-2: committed before its optimizer's state was durable";
}

} // namespace fedloom::simulation
