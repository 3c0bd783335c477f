#include "tests/simulation/lease_mix_up.hpp"

#include <algorithm>

namespace fedloom::simulation {

namespace {

/// A part's lease names the transfer of its sum as well.
domain::lease_id lease_in(domain::transfer_id transfer) {
  return domain::lease_id{transfer.value()};
}

} // namespace

bool lease_mix_up::outgoing(domain::combiner_id& to, const domain::round_key& about, domain::body& what) {
  bool is_kept = true;
  const auto redirect = [&](domain::lease_id& lease) {
    if (const auto other = mixed_up_.find(lease); other != mixed_up_.end()) {
      lease = other->second;
      to = parts_.at(lease).combiner;
    }
  };
  std::visit(domain::overloaded{
                 [&](domain::round_plan& m) { planned(to, about, m); },
                 [&](domain::close_collection& m) { redirect(m.lease); },
                 [&](domain::round_closed& m) {
                   is_kept = !successors_.contains(m.lease);
                   redirect(m.lease);
                 },
                 [&](auto& m) {
                   using type = std::decay_t<decltype(m)>;
                   if constexpr (std::is_same_v<type, domain::grant> || std::is_same_v<type, domain::credit>) {
                     if (successors_.contains(lease_in(m.transfer))) {
                       to = parts_.at(lease_in(m.transfer)).combiner;
                     }
                   }
                 },
             },
             what);
  return is_kept;
}

void lease_mix_up::incoming(domain::combiner_id& from, domain::body& what) {
  const auto mix_up = [&](domain::lease_id& lease) {
    if (const auto next = successors_.find(lease); next != successors_.end()) {
      mixed_up_[next->second] = lease;
      lease = next->second;
      from = parts_.at(lease).combiner;
    }
  };
  std::visit(domain::overloaded{
                 [&](domain::progress& m) { mix_up(m.lease); },
                 [&](domain::partial& m) { mix_up(m.lease); },
                 [&](domain::chunk& m) {
                   if (const auto next = successors_.find(lease_in(m.transfer)); next != successors_.end()) {
                     from = parts_.at(next->second).combiner;
                   }
                 },
                 [](auto&) {},
             },
             what);
}

void lease_mix_up::planned(const domain::combiner_id& to, const domain::round_key& about,
                           const domain::round_plan& plan) {
  if (plan.kind != domain::task_kind::train || parts_.contains(plan.lease)) {
    return;
  }
  for (const auto& [lease, one] : parts_) {
    const bool is_planned_anew = one.round == about && std::ranges::any_of(plan.cohort, [&](const auto& client) {
                                   return std::ranges::count(one.cohort, client) > 0;
                                 });
    if (is_planned_anew) {
      successors_[lease] = plan.lease;
    }
  }
  parts_[plan.lease] = {to, about, plan.cohort};
}

} // namespace fedloom::simulation
