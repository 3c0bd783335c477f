#include "actors/controller/session_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace session;
using domain::errc;
using domain::session_status;

namespace {

void append(effects& to, effects from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

effects refuse(reply_ticket to, errc code, std::string text) {
  return {reply{to, domain::failure(code, std::move(text))}};
}

} // namespace

session_machine::session_machine(session_limits limits, domain::gate& policy, domain::term term, std::uint32_t seed)
    : limits_(limits), policy_(policy), next_lease_((term.value() << 32) + 1), random_(seed) {}

void session_machine::restore(const std::vector<domain::session_record>& sessions,
                              const std::vector<domain::round_record>& rounds) {
  for (const auto& one : sessions) {
    sessions_.emplace(one.session, one);
    if (one.status == session_status::running) {
      running_ = one.session;
    } else if (one.status == session_status::queued) {
      queue_.push_back(one.session);
    }
  }
  for (const auto& one : rounds) {
    last_number_ = std::max(last_number_, one.number);
    for (const auto& part : one.parts) {
      next_lease_ = std::max(next_lease_, part.lease.value() + 1); // an actor may restart within one term
    }
    const bool is_running = running_ && one.key.session == *running_;
    if (is_running && one.status == domain::round_status::open) {
      to_resume_ = one;
      continue;
    }
    if (is_running && one.status == domain::round_status::failed && one.key.round == current().rounds_committed + 1) {
      failed_ = one; // by number, hence the last one
    }
    for (const auto& part : one.parts) {
      closed_.emplace_back(part.lease, one.status == domain::round_status::committed);
    }
  }
  while (closed_.size() > closed_leases_kept) {
    closed_.pop_front();
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

effects session_machine::create(domain::moment at, reply_ticket from, domain::session_record wanted,
                                bool seed_is_known) {
  if (const auto wrong = validate(wanted.options); wrong.code != errc::none) {
    return refuse(from, wrong.code, wrong.text);
  }
  if (!seed_is_known) {
    return refuse(from, errc::not_found,
                  "no model " + to_hex(wanted.seed) + "; upload it first with POST /api/v1/models");
  }
  if (sessions_.contains(wanted.session)) {
    return refuse(from, errc::already_exists, "a session with this id exists");
  }
  if (sessions_.size() >= limits_.sessions) {
    return refuse(from, errc::busy, "the controller has its most sessions");
  }
  wanted.status = session_status::created;
  wanted.head = wanted.seed;
  wanted.rounds_committed = 0;
  wanted.created_at = wanted.updated_at = at.date;
  sessions_[wanted.session] = wanted;
  storage::batch changes;
  changes.sessions.push_back(wanted);
  return {store{std::move(changes)}, reply{from, wanted}};
}

effects session_machine::begin(domain::moment at, reply_ticket from, const domain::session_id& which,
                               std::optional<std::uint32_t> rounds) {
  const auto found = sessions_.find(which);
  if (found == sessions_.end()) {
    return refuse(from, errc::not_found,
                  "no session " + which.value() + "; create it first with POST /api/v1/sessions");
  }
  auto& one = found->second;
  if (one.status == session_status::running || one.status == session_status::queued) {
    return refuse(from, errc::wrong_state, "the session is started already");
  }
  if (one.status != session_status::created) {
    return refuse(from, errc::wrong_state,
                  "the session has ended (" + std::string(to_string(one.status)) +
                      "); create a new one from its last model");
  }
  if (queue_.size() >= limits_.queued) {
    return refuse(from, errc::busy, "too many sessions are queued");
  }
  auto options = one.options;
  options.rounds = rounds.value_or(options.rounds);
  if (const auto wrong = validate(options); wrong.code != errc::none) {
    return refuse(from, wrong.code, wrong.text);
  }
  const auto ruling = policy_.decide(domain::gate_kind::session_start, {{"session", which.value(), false}});
  if (ruling.answer != domain::ruling::allow) {
    return refuse(from, errc::denied, ruling.reason);
  }
  one.options = options;
  one.updated_at = at.date;
  one.status = session_status::queued;
  queue_.push_back(which);
  effects out;
  if (running_) {
    storage::batch changes;
    changes.sessions.push_back(one);
    out.emplace_back(store{std::move(changes)});
  } else {
    append(out, run_next(at));
  }
  out.emplace_back(reply{from, one});
  return out;
}

effects session_machine::stop(domain::moment at, reply_ticket from, const domain::session_id& which) {
  const auto found = sessions_.find(which);
  if (found == sessions_.end()) {
    return refuse(from, errc::not_found, "no session " + which.value());
  }
  effects out;
  if (running_ && *running_ == which) {
    append(out, end_session(at, session_status::stopped, {errc::cancelled, "stopped on request"}));
  } else if (found->second.status == session_status::queued || found->second.status == session_status::created) {
    std::erase(queue_, which);
    found->second.status = session_status::stopped;
    found->second.updated_at = at.date;
    storage::batch changes;
    changes.sessions.push_back(found->second);
    out.emplace_back(store{std::move(changes)});
    out.emplace_back(session_done{found->second});
  } else {
    return refuse(from, errc::wrong_state, "the session has ended already");
  }
  out.emplace_back(reply{from, found->second});
  return out;
}

effects session_machine::combiner_up(domain::moment at, const domain::combiner_id& combiner) {
  living_[combiner] = true;
  effects out;
  if (validating_) {
    append(out, translate(at, *validating_, validating_->combiner_up(at.now, combiner), true));
  }
  if (collecting_) {
    append(out, translate(at, *collecting_, collecting_->combiner_up(at.now, combiner), false));
  }
  return out;
}

effects session_machine::combiner_down(domain::moment at, const domain::combiner_id& combiner) {
  living_.erase(combiner);
  effects out;
  if (validating_) {
    append(out, translate(at, *validating_, validating_->combiner_down(at.now, combiner), true));
  }
  if (collecting_) {
    append(out, translate(at, *collecting_, collecting_->combiner_down(at.now, combiner), false));
  }
  return out;
}

effects session_machine::client_up(domain::moment at, const available_client& who) {
  available_[who.client] = who;
  effects out;
  if (validating_) {
    append(out, translate(at, *validating_, validating_->client_up(at.now, who), true));
  }
  if (collecting_) {
    append(out, translate(at, *collecting_, collecting_->client_up(at.now, who), false));
  }
  if (stage_ == stage::gathering) {
    append(out, open_round(at));
  }
  return out;
}

void session_machine::client_down(const domain::client_id& client) {
  available_.erase(client);
}

effects session_machine::received(domain::moment at, const domain::combiner_id& from, const domain::message& what) {
  return std::visit(
      [&](const auto& m) -> effects {
        using type = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<type, domain::progress> || std::is_same_v<type, domain::plan_declined> ||
                      std::is_same_v<type, domain::partial>) {
          if (collecting_ && collecting_->has(m.lease)) {
            return translate(at, *collecting_, collecting_->received(at.now, from, m), false);
          }
          if (validating_ && validating_->has(m.lease)) {
            return translate(at, *validating_, validating_->received(at.now, from, m), true);
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
    return end_session(at, session_status::failed, outcome.error());
  }
  head_ = std::move(*outcome);
  if (current().rounds_committed >= current().options.rounds) {
    return end_session(at, session_status::finished, {}); // it was validating the last round when an earlier life ended
  }
  if (to_resume_ && to_resume_->parent == model) {
    const auto open = *std::exchange(to_resume_, std::nullopt);
    return resume_round(at, open);
  }
  to_resume_.reset();
  attempt_ = 1;
  if (const auto last = std::exchange(failed_, std::nullopt)) {
    attempt_ = last->key.attempt + 1;
    note_needed_exponents(*last);
  }
  gather_until_ = at.now + current().options.round_timeout;
  return open_round(at);
}

effects session_machine::sum_merged(domain::moment at, domain::lease_id lease) {
  return collecting_ ? translate(at, *collecting_, collecting_->sum_merged(at.now, lease), false) : effects{};
}

effects session_machine::sum_failed(domain::moment at, domain::lease_id lease, const domain::error& reason) {
  return collecting_ ? translate(at, *collecting_, collecting_->sum_failed(at.now, lease, reason), false) : effects{};
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
  effects out;
  if (validating_) {
    append(out, translate(at, *validating_, validating_->tick(at.now), true));
  }
  if (collecting_) {
    append(out, translate(at, *collecting_, collecting_->tick(at.now), false));
  }
  if (stage_ == stage::gathering && at.now >= gather_until_) {
    append(out,
           end_session(at, session_status::failed,
                       {errc::no_clients, "fewer than min_clients = " + std::to_string(current().options.min_clients) +
                                              " clients were connected for the length of round_timeout"}));
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
  }
  if (collecting_) {
    at_latest(collecting_->next_wake());
  }
  if (validating_) {
    at_latest(validating_->next_wake());
  }
  return wake;
}

} // namespace fedloom::controller
