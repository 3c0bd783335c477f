#include "actors/combiner/parts_machine.hpp"

#include "actors/model/stream.hpp"

#include <algorithm>

namespace fedloom::combiner {

using namespace parts;
using domain::errc;

effects parts_machine::recover(domain::instant now, std::vector<storage::journalled_collection> journal) {
  effects out;
  for (auto& one : journal) {
    if (const auto* plan = std::get_if<domain::journalled_plan>(&one.state)) {
      add(now, plan->round, plan->plan, out).recover(one.answers);
      out.emplace_back(opened{plan->round, plan->plan.kind, plan->plan.cohort.size(), true});
      continue;
    }
    const auto& end = std::get<domain::journalled_end>(one.state);
    ended_part was{end.lease, end.round, end.counted, false, {}, {}};
    for (const auto& answer : one.answers) {
      const bool was_carried = answer.from_round > 0;
      was.accepted.insert(
          {was_carried ? domain::round_key{end.round.session, answer.from_round, answer.from_attempt} : end.round,
           answer.client});
    }
    ended_.push_back(std::move(was));
  }
  return out;
}

effects parts_machine::planned(domain::instant now, const domain::round_key& round, const domain::round_plan& plan) {
  effects out;
  const auto known = open_.find(plan.lease);
  const bool is_asleep = known != open_.end() && known->second.is_recovered();
  if (known != open_.end() && !(is_asleep && is_draining_)) {
    take(known->second, known->second.planned_again(now, plan), out);
    if (is_asleep) {
      begin(now, known->second, out);
    }
  } else if (is_draining_) {
    out.emplace_back(report{round, domain::plan_declined{plan.lease, {errc::draining, "about to end"}}, {}});
    if (is_asleep) {
      drop(known, {errc::draining, "about to end"}, out);
    }
  } else {
    std::erase_if(ended_, [&](const auto& one) { return one.lease == plan.lease; });
    auto& added = add(now, round, plan, out);
    out.emplace_back(opened{round, plan.kind, plan.cohort.size() + plan.carried.size(), false});
    begin(now, added, out);
  }
  settle(now, out);
  return out;
}

collection_machine& parts_machine::add(domain::instant now, const domain::round_key& round,
                                       const domain::round_plan& plan, effects& out) {
  while (open_.size() >= limits_.open) {
    drop(open_.begin(), {errc::busy, "too many collections are open here"}, out);
  }
  return open_.try_emplace(plan.lease, round, plan, limits_.collection, staging_, policy_, now).first->second;
}

/// The plan goes to the journal before its first task goes out; meanwhile the model is fetched.
void parts_machine::begin(domain::instant now, collection_machine& one, effects& out) {
  const auto& plan = one.plan();
  if (plan.kind == domain::task_kind::train) {
    out.emplace_back(journal{domain::journalled_plan{one.round(), plan}, plan.lease, {}});
    release_late(out);
    reconsider_unclaimed(out);
  }
  out.emplace_back(need_stream{plan.model, plan.model_bytes});
  if (one.needs_package()) {
    out.emplace_back(need_stream{plan.package.content, plan.package.bytes});
  }
  const auto greet = [&](const domain::client_id& client) {
    if (const auto here = here_.find(client); here != here_.end()) {
      take(one, one.client_came(now, client, here->second), out);
    }
  };
  std::ranges::for_each(plan.cohort, greet);
  std::ranges::for_each(plan.carried, greet, &domain::carried_client::client);
}

effects parts_machine::granted(const domain::grant& what) {
  effects out;
  // The lease names the transfer of its sum.
  if (const auto found = open_.find(domain::lease_id{what.transfer.value()}); found != open_.end()) {
    take(found->second, found->second.granted(what), out);
  }
  return out;
}

effects parts_machine::credited(const domain::credit& what) {
  effects out;
  if (const auto found = open_.find(domain::lease_id{what.transfer.value()}); found != open_.end()) {
    take(found->second, found->second.credited(what), out);
  }
  return out;
}

effects parts_machine::uplinked(domain::instant now) {
  uplinked_since_ = now;
  effects out;
  for (auto& [lease, one] : open_) {
    take(one, one.told_again(), out);
  }
  return out;
}

void parts_machine::uplink_lost(domain::instant now) {
  uplinked_since_.reset();
  alone_since_ = now;
}

effects parts_machine::client_came(domain::instant now, const domain::client_id& client, std::uint64_t max_examples) {
  here_[client] = max_examples;
  effects out;
  for (auto& [lease, one] : open_) {
    take(one, one.client_came(now, client, max_examples), out);
  }
  return out;
}

effects parts_machine::client_left(domain::instant now, const domain::client_id& client, const domain::error& reason) {
  here_.erase(client);
  unclaimed_.forget(client);
  effects out;
  for (auto& [lease, one] : open_) {
    take(one, one.client_left(now, client, reason), out);
  }
  settle(now, out);
  return out;
}

effects parts_machine::stream_ready(domain::instant now, const transfer::stream_name& name,
                                    const domain::shared_bytes& stream) {
  return std::visit(domain::overloaded{
                        [&](const domain::model_id& model) { return model_ready(now, model, stream); },
                        [&](const domain::package_digest& package) { return package_ready(now, package); },
                    },
                    name);
}

effects parts_machine::package_ready(domain::instant now, const domain::package_digest& package) {
  effects out;
  for (auto& [lease, one] : open_) {
    if (one.needs_package() && one.plan().package.content == package) {
      take(one, one.package_ready(now), out);
    }
  }
  return out;
}

effects parts_machine::model_ready(domain::instant now, const domain::model_id& model,
                                   const domain::shared_bytes& stream) {
  effects out;
  const bool fits_inline = stream.size() <= domain::chunk_bytes;
  for (auto& [lease, one] : open_) {
    if (one.plan().model != model || !one.needs_model()) {
      continue;
    }
    if (one.plan().kind == domain::task_kind::train) {
      const auto read = model::read_stream(stream.span());
      out.emplace_back(open_sum{lease, stream.slice(0, read ? read->head_bytes : 0), one.plan().scales});
    }
    take(one, one.model_ready(now, fits_inline ? stream : domain::shared_bytes{}), out);
  }
  return out;
}

effects parts_machine::stream_failed(domain::instant now, const transfer::stream_name& name,
                                     const domain::error& reason) {
  const auto is_missed_by = [&](const collection_machine& one) {
    const auto& plan = one.plan();
    return (one.needs_model() && name == transfer::stream_name{plan.model}) ||
           (one.needs_package() && name == transfer::stream_name{plan.package.content});
  };
  effects out;
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    if (is_missed_by(at->second)) {
      decline(at, reason, out);
    }
    at = next;
  }
  settle(now, out);
  return out;
}

void parts_machine::stream_served(const transfer::stream_name& name, std::uint64_t bytes) {
  for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
    const auto& plan = at->second.plan();
    if (name == transfer::stream_name{plan.model} || name == transfer::stream_name{plan.package.content}) {
      at->second.count_traffic(0, bytes);
      return;
    }
  }
}

effects parts_machine::folded(domain::instant now, domain::lease_id lease, const collection::folded& outcome) {
  effects out;
  if (const auto found = open_.find(lease); found != open_.end()) {
    take(found->second, found->second.folded(now, outcome), out);
  }
  settle(now, out);
  return out;
}

effects parts_machine::frozen(domain::instant now, domain::lease_id lease, domain::shared_bytes sum,
                              domain::digest sum_digest) {
  effects out;
  if (const auto found = open_.find(lease); found != open_.end()) {
    take(found->second, found->second.frozen(std::move(sum), sum_digest), out);
  }
  settle(now, out);
  return out;
}

effects parts_machine::journalled(domain::instant now, domain::lease_id lease, const domain::client_id& client,
                                  const domain::expected<void>& outcome) {
  effects out;
  const auto found = open_.find(lease);
  if (found == open_.end()) {
    return out;
  }
  auto& one = found->second;
  if (outcome) {
    unwritten_.erase({lease, client});
  }
  if (!outcome) { // no task without its plan, no receipt without its answer; and a sum cannot be taken back from
    const auto since = unwritten_.try_emplace({lease, client}, now).first->second;
    if (now >= since + limits_.disk_patience) {
      decline(found, outcome.error(), out);
    } else if (!try_again_at_) {
      try_again_at_ = now + limits_.disk_pause;
    }
  } else if (client.value().empty()) {
    take(one, one.plan_journalled(now), out);
  } else {
    take(one, one.journalled(now, client), out);
  }
  settle(now, out);
  return out;
}

effects parts_machine::tick(domain::instant now) {
  effects out;
  for (auto& [lease, one] : open_) {
    take(one, one.tick(now), out);
  }
  give_up_unclaimed(now, out);
  try_again(now, out);
  settle(now, out);
  return out;
}

std::optional<domain::instant> parts_machine::next_wake() const {
  auto wake = unclaimed_until();
  const auto at_latest = [&](std::optional<domain::instant> next) {
    wake = wake && next ? std::min(*wake, *next) : wake ? wake : next;
  };
  at_latest(drained_at());
  at_latest(try_again_at_);
  for (const auto& [lease, one] : open_) {
    at_latest(one.next_wake());
  }
  return wake;
}

void parts_machine::take(collection_machine& from, collection::effects effects, parts::effects& out) {
  const auto lease = from.plan().lease;
  for (auto& one : effects) {
    std::visit(
        domain::overloaded{
            [&](collection::send& e) {
              from.count_traffic(0, e.payload.size());
              out.emplace_back(send{e.to, std::move(e.about), std::move(e.what), std::move(e.payload)});
            },
            [&](collection::report& e) {
              out.emplace_back(report{from.round(), std::move(e.what), std::move(e.payload)});
            },
            [&](collection::fold& e) {
              out.emplace_back(fold{lease, std::move(e)});
            },
            [&](collection::journal& e) {
              auto client = e.what.client;
              out.emplace_back(journal{domain::journalled_answer{lease, std::move(e.what)}, lease, std::move(client)});
            },
            [&](collection::freeze&) { out.emplace_back(freeze{lease}); },
            [&](collection::update_accepted& e) { out.emplace_back(update_accepted{e.bytes}); },
            [&](collection::update_refused& e) {
              out.emplace_back(update_refused{from.round(), e.client, std::move(e.reason)});
            },
            [&](collection::client_failed& e) {
              out.emplace_back(client_failed{from.round(), e.client, std::move(e.reason)});
            },
        },
        one);
  }
}

} // namespace fedloom::combiner
