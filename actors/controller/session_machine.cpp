#include "actors/controller/session_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace session;
using domain::errc;
using domain::session_status;

session_machine::session_machine(session_limits limits, domain::gate& policy, domain::term term, std::uint32_t seed)
    : limits_(limits), policy_(policy), next_lease_((term.value() << 32) + 1), random_(seed) {}

void session_machine::restore(const std::vector<domain::session_record>& sessions,
                              const std::vector<domain::round_record>& rounds,
                              const std::vector<domain::run_record>& runs) {
  for (const auto& one : sessions) {
    sessions_.emplace(one.session, one);
    if (one.status == session_status::running) {
      running_ = one.session;
    } else if (one.status == session_status::queued) {
      queue_.push_back(one.session);
    }
  }
  note_runs(runs);
  for (const auto& one : rounds) { // by number
    last_number_ = std::max(last_number_, one.number);
    for (const auto& part : one.parts) {
      next_lease_ = std::max(next_lease_, part.lease.value() + 1); // an actor may restart within one term
    }
    note_trial(one);
    note_past(one);
    if (running_ && one.key.session == *running_ && one.status == domain::round_status::open) {
      to_resume_ = one;
      continue;
    }
    if (running_ && one.key.session == *running_) {
      note_late(one);
    }
    for (const auto& part : one.parts) {
      remember_closed(part.lease, one.status == domain::round_status::committed);
    }
  }
  // Leases of validations and of fenced parts stand in no record: a leap keeps an earlier life's from being given
  // again.
  next_lease_ += random_() >> 8;
}

effects session_machine::start(domain::moment at) {
  if (!running_) {
    return run_next(at);
  }
  stage_ = stage::loading;
  return {load_model{current().head}};
}

effects session_machine::halt(domain::moment at, const domain::error& reason) {
  if (!running_) {
    return run_next(at);
  }
  if (to_resume_) {
    to_resume_->status = domain::round_status::failed;
    to_resume_->reason = reason;
    to_resume_->closed_at = at.date;
  }
  return release(at, session_status::paused, reason);
}

// -- the fleet ------------------------------------------------------------------

template <class Input>
effects session_machine::to_collections(domain::moment at, Input&& input) {
  effects out;
  for (auto& one : validations_) {
    append(out, translate(at, one.collecting, input(one.collecting)));
  }
  append(out, tell_validated(at));
  if (collecting_) {
    append(out, translate(at, *collecting_, input(*collecting_)));
  }
  return out;
}

effects session_machine::combiner_up(domain::moment at, const domain::combiner_id& combiner) {
  living_.insert(combiner);
  draining_.erase(combiner);
  unable_.erase(combiner);
  return to_collections(at, [&](auto& one) { return one.combiner_up(at.now, combiner); });
}

effects session_machine::combiner_down(domain::moment at, const domain::combiner_id& combiner) {
  living_.erase(combiner);
  draining_.erase(combiner);
  return to_collections(at, [&](auto& one) { return one.combiner_down(at.now, combiner); });
}

effects session_machine::combiner_draining(domain::moment at, const domain::combiner_id& combiner) {
  draining_.insert(combiner);
  return to_collections(at, [&](auto& one) { return one.combiner_draining(at.now, combiner); });
}

effects session_machine::client_up(domain::moment at, const available_client& who) {
  available_[who.client] = who;
  auto out = to_collections(at, [&](auto& one) { return one.client_up(at.now, who); });
  if (stage_ == stage::gathering) {
    append(out, open_round(at));
  }
  return out;
}

void session_machine::client_down(const domain::client_id& client) {
  available_.erase(client);
  for (auto& one : validations_) {
    one.collecting.client_down(client);
  }
  if (collecting_) {
    collecting_->client_down(client);
  }
}

// -- the running session -----------------------------------------------------------

effects session_machine::received(domain::moment at, const domain::combiner_id& from, const domain::message& what) {
  return std::visit(
      [&](const auto& m) -> effects {
        using type = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<type, domain::progress> || std::is_same_v<type, domain::plan_declined> ||
                      std::is_same_v<type, domain::partial>) {
          if constexpr (std::is_same_v<type, domain::plan_declined>) {
            unable_[from] = at.now + limits_.declined_pause; // it would decline the next attempt's at once
          }
          if (collecting_ && collecting_->has(m.lease)) {
            return translate(at, *collecting_, collecting_->received(at.now, from, m));
          }
          for (auto& one : validations_) {
            if (one.collecting.has(m.lease)) {
              auto out = translate(at, one.collecting, one.collecting.received(at.now, from, m));
              append(out, tell_validated(at));
              return out;
            }
          }
          const auto is_this = [&](const auto& part) { return part.lease == m.lease; };
          if (to_resume_ && std::ranges::any_of(to_resume_->parts, is_this)) {
            return {}; // it is asked again as soon as the model is loaded
          }
          const auto known = std::ranges::find(closed_, m.lease, [](const auto& one) { return one.first; });
          return {send{from, what.head.round, domain::round_closed{m.lease, known != closed_.end() && known->second}}};
        } else {
          return {};
        }
      },
      what.what);
}

effects session_machine::loaded(domain::moment at, const domain::model_id& model,
                                domain::expected<head_model> outcome) {
  if (stage_ != stage::loading || current().head != model) {
    return {};
  }
  if (!outcome) {
    return release(at, session_status::failed, outcome.error());
  }
  head_ = std::move(*outcome);
  const auto reason = courses_[*running_].reason_to_stop(current().options.stop_early);
  if (current().rounds_committed >= current().options.rounds || !reason.empty()) {
    // it was validating the last round when an earlier life ended, or when it was paused
    return release(at, session_status::finished, {errc::none, reason});
  }
  if (to_resume_ && to_resume_->parent == model) {
    const auto open = *std::exchange(to_resume_, std::nullopt);
    return resume_round(at, open);
  }
  to_resume_.reset();
  return gather(at);
}

effects session_machine::sum_merged(domain::moment at, domain::lease_id lease) {
  return collecting_ ? translate(at, *collecting_, collecting_->sum_merged(at.now, lease)) : effects{};
}

effects session_machine::sum_failed(domain::moment at, domain::lease_id lease, const domain::error& reason) {
  return collecting_ ? translate(at, *collecting_, collecting_->sum_failed(at.now, lease, reason)) : effects{};
}

effects session_machine::averaged(domain::moment at, const domain::round_key& about,
                                  domain::expected<head_model> outcome) {
  if (stage_ != stage::averaging || record_->key != about) {
    return {};
  }
  if (!outcome) {
    return fail_attempt(at, outcome.error());
  }
  return commit(at, std::move(*outcome));
}

effects session_machine::tick(domain::moment at) {
  auto out = to_collections(at, [&](auto& one) { return one.tick(at.now); });
  const bool is_able_again = std::erase_if(unable_, [&](const auto& one) { return at.now >= one.second; }) > 0;
  if (stage_ == stage::gathering && (is_able_again || (deferred_ && at.now >= deferred_->until))) {
    append(out, open_round(at));
  }
  if (stage_ == stage::gathering && at.now >= gather_until_) {
    auto reason = deferred_
                      ? deferred_->reason
                      : domain::error{errc::no_clients,
                                      "fewer than min_clients = " + std::to_string(current().options.min_clients) +
                                          " clients were connected for the length of "
                                          "round_timeout"};
    append(out, refuse_round(at, new_record(at), std::move(reason)));
  }
  return out;
}

std::optional<domain::instant> session_machine::next_wake() const {
  std::optional<domain::instant> wake;
  const auto at_latest = [&](std::optional<domain::instant> when) {
    if (when) {
      wake = wake ? std::min(*wake, *when) : *when;
    }
  };
  if (stage_ == stage::gathering) {
    at_latest(gather_until_);
    at_latest(deferred_ ? std::optional{deferred_->until} : std::nullopt);
    for (const auto& [combiner, until] : unable_) {
      at_latest(until);
    }
  }
  if (collecting_) {
    at_latest(collecting_->next_wake());
  }
  for (const auto& one : validations_) {
    at_latest(one.collecting.next_wake());
  }
  return wake;
}

} // namespace fedloom::controller
