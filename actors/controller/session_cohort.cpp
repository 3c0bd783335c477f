// Who is asked in a round of the running session, and for what.
#include "actors/controller/session_machine.hpp"

#include "actors/aggregation/fixed_point.hpp"
#include "actors/controller/lateness.hpp"
#include "actors/controller/selection.hpp"

#include <algorithm>

namespace fedloom::controller {

namespace {

/// Large enough for a refusal, small enough that nothing wraps: a weight is at most 2^50 * full_discount.
constexpr std::uint64_t beyond_any_sum = std::uint64_t{1} << 62;

} // namespace

bool session_machine::may_work(domain::moment at, const available_client& who) const {
  const auto unable = unable_.find(who.combiner);
  return living_.contains(who.combiner) && !draining_.contains(who.combiner) &&
         (unable == unable_.end() || at.now >= unable->second);
}

/// Those of the running session's clients that can be given work, by id.
std::vector<available_client> session_machine::eligible(domain::moment at) const {
  const auto& named = current().options.selection.clients;
  const std::set<domain::client_id> only(named.begin(), named.end());
  std::vector<available_client> all;
  for (const auto& [id, one] : available_) {
    if (may_work(at, one) && (only.empty() || only.contains(id))) {
      all.push_back(one);
    }
  }
  return all;
}

/// Who still works for an earlier round counts as asked, for a client has one task at a time.
std::optional<session_machine::drawn_cohort> session_machine::draw_cohort(domain::moment at) {
  const auto& options = current().options;
  auto all = eligible(at);
  if (all.empty() || all.size() < options.min_clients) {
    return std::nullopt;
  }
  const auto places = places_in(options, all.size());
  drawn_cohort drawn;
  add_carried(all, drawn);
  std::erase_if(all, [&](const auto& one) { return drawn.carried.contains(one.client); });
  const auto free_places = places - std::min(places, drawn.clients.size());
  for (auto& one : select(options.selection.rule, std::move(all), free_places, seen_, random_)) {
    drawn.clients.push_back(std::move(one.who));
    drawn.choices.push_back(std::move(one.why));
  }
  return drawn;
}

void session_machine::add_carried(const std::vector<available_client>& eligible, drawn_cohort& to) const {
  for (auto& late : carried_into(current().rounds_committed + 1, current().options, late_.clients)) {
    const auto found = std::ranges::lower_bound(eligible, late.client, {}, &available_client::client);
    if (found != eligible.end() && found->client == late.client) {
      to.clients.push_back(*found);
      to.choices.push_back({late.client, "late: still at work for round " + std::to_string(late.round), 0});
      to.carried.emplace(late.client, std::move(late));
    }
  }
}

domain::scale_table session_machine::scales_for(const drawn_cohort& cohort) const {
  const auto& options = current().options;
  std::uint64_t total = 0;
  for (const auto& one : cohort.clients) {
    const std::uint64_t weight = options.weights == domain::weighting::uniform ? 1 : one.max_examples;
    const auto late = cohort.carried.find(one.client);
    const auto discount = late == cohort.carried.end() ? domain::full_discount : late->second.discount;
    total = std::min(total + (admits_late(options) ? weight * discount : weight), beyond_any_sum);
  }
  domain::scale_table scales;
  scales.precision = aggregation::precision_for(total);
  scales.total_weight = total;
  scales.exponents = head_->exponents;
  if (const auto trials = trials_.find(*running_); trials != trials_.end() && trials->second.least_exponent) {
    for (auto& e : scales.exponents) {
      e = std::max(e, *trials->second.least_exponent);
    }
  }
  return scales;
}

domain::round_plan session_machine::plan_for(domain::task_kind kind) const {
  domain::round_plan plan;
  plan.kind = kind;
  plan.model = head_->model;
  plan.model_bytes = head_->stream_bytes;
  plan.weights = current().options.weights;
  plan.package = current().package;
  plan.client_settings = settings_for_clients(current().options);
  if (kind == domain::task_kind::train) {
    plan.late_patience = patience_for(current().rounds_committed + 1, current().options);
  }
  return plan;
}

round_limits session_machine::limits_for(domain::task_kind kind, std::size_t asked) const {
  const auto& options = current().options;
  round_limits limits;
  limits.deadline = options.round_timeout;
  limits.absence = limits_.absence;
  limits.closing = limits_.closing;
  if (kind != domain::task_kind::train) {
    return limits;
  }
  limits.quorum = options.min_clients;
  const auto most = static_cast<std::int32_t>(std::min(asked, std::size_t{std::numeric_limits<std::int32_t>::max()}));
  if (options.round_buffer_size > 0) {
    limits.enough = static_cast<std::uint32_t>(std::min(options.round_buffer_size, most));
  } else if (options.over_selection > 0) {
    limits.enough = static_cast<std::uint32_t>(std::min(options.requested_clients, most));
  }
  return limits;
}

round_machine session_machine::make_collection(domain::moment at, const domain::round_key& about,
                                               domain::round_plan plan, std::size_t asked) {
  const auto limits = limits_for(plan.kind, asked);
  return {about, std::move(plan), limits, [this] { return domain::lease_id{next_lease_++}; }, at.now};
}

} // namespace fedloom::controller
