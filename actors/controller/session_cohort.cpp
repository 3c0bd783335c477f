// Who is asked in a round of the running session, and for what.
#include "actors/controller/session_machine.hpp"

#include "actors/aggregation/fixed_point.hpp"
#include "actors/controller/lateness.hpp"

#include <algorithm>
#include <cmath>

namespace fedloom::controller {

namespace {

/// requested_clients and those beyond them, that make up for clients which answer late or never.
std::size_t cohort_size(const domain::session_options& options) {
  return static_cast<std::size_t>(std::ceil(options.requested_clients * (1.0 + options.over_selection)));
}

/// Large enough for a refusal, small enough that nothing wraps: a weight is at most 2^50 * full_discount.
constexpr std::uint64_t beyond_any_sum = std::uint64_t{1} << 62;

} // namespace

bool session_machine::may_work(domain::moment at, const available_client& who) const {
  const auto unable = unable_.find(who.combiner);
  return living_.contains(who.combiner) && !draining_.contains(who.combiner) &&
         (unable == unable_.end() || at.now >= unable->second);
}

/// Who still works for an earlier round counts as asked, for a client has one task at a time.
std::optional<session_machine::drawn_cohort> session_machine::draw_cohort(domain::moment at) {
  const auto& options = current().options;
  drawn_cohort drawn;
  for (auto& late : carried_into(current().rounds_committed + 1, options, late_.clients)) {
    const auto found = available_.find(late.client);
    if (found != available_.end() && may_work(at, found->second)) {
      drawn.clients.push_back(found->second);
      drawn.carried.emplace(found->first, std::move(late));
    }
  }
  std::vector<available_client> free;
  for (const auto& [id, one] : available_) {
    if (may_work(at, one) && !drawn.carried.contains(id)) {
      free.push_back(one);
    }
  }
  const auto all = drawn.clients.size() + free.size();
  if (all == 0 || all < options.min_clients) {
    return std::nullopt;
  }
  const auto wanted = options.requested_clients < 0 ? all : std::max(cohort_size(options), drawn.clients.size());
  if (wanted < all) {
    std::shuffle(free.begin(), free.end(), random_);
    free.resize(wanted - drawn.clients.size());
  }
  drawn.clients.insert(drawn.clients.end(), free.begin(), free.end());
  return drawn;
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
