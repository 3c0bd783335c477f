#include "actors/controller/session_machine.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/round_json.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <map>
#include <set>

namespace fedloom::controller {

using domain::round_record;
using domain::round_status;
using domain::session_record;

namespace {

json summary_of(const session_record& session) {
  return {{"session_id", session.session.value()},
          {"status", to_string(session.status)},
          {"model_id", to_hex(session.head)},
          {"reason", text_or_null(session.reason.text)},
          {"rounds_committed", session.rounds_committed}};
}

/// Tells one reader a session's story from its first round to its end, each round once. The store gives the past and is
/// what counts; the feed says when there is something new.
class session_watch {
public:
  session_watch(const rest_context& with, domain::session_id which, runtime::event_stream& to)
      : with_(with), which_(std::move(which)), to_(to) {}

  void run() {
    auto cursor = with_.feed->now(); // before the store is read: what happens in between is heard twice, not missed
    bool goes_on = catch_up();
    while (goes_on) {
      const auto before = cursor;
      const auto entry = with_.feed->next(cursor, to_.ending(), with_.keep_alive);
      if (!entry) {
        goes_on = to_.keep_alive() && !finish_if_ended();
      } else if (cursor != before + 1) { // a slow reader: the feed has dropped what was in between
        goes_on = catch_up() && std::visit([this](const auto& one) { return heard(one); }, *entry);
      } else {
        goes_on = std::visit([this](const auto& one) { return heard(one); }, *entry);
      }
    }
  }

private:
  /// The members that follow answer whether the stream goes on.

  bool catch_up() {
    const auto session = with_.store->session(which_); // before its rounds: they may be newer than it, never older
    if (!session) {
      to_.send("error", dumped({{"message", "Entity with id: " + which_.value() + " not found"}}));
      return false;
    }
    if (has_ended(session->status)) {
      return finish(*session);
    }
    for (auto& round : with_.store->rounds_of(which_)) {
      if (may_be_validating(*session, round)) {
        held_.insert_or_assign(round.key.round, std::move(round));
      } else if (!tell(round)) {
        return false;
      }
    }
    return session->status != domain::session_status::paused || to_.send("status", dumped(summary_of(*session)));
  }

  /// Some ends are not in the feed: of a session that never ran, or when the actor died before it could say so.
  bool finish_if_ended() {
    const auto session = with_.store->session(which_);
    return session && has_ended(session->status) && !finish(*session);
  }

  bool finish(const session_record& session) {
    for (const auto& round : with_.store->rounds_of(which_)) {
      if (!tell(round)) {
        return false;
      }
    }
    to_.send("session", dumped(summary_of(session)));
    return false;
  }

  bool heard(const session_record& session) {
    if (session.session != which_) {
      return to_.keep_alive();
    }
    return has_ended(session.status) ? finish(session) : to_.send("status", dumped(summary_of(session)));
  }

  bool heard(const round_record& round) {
    if (round.key.session != which_) {
      return to_.keep_alive();
    }
    if (round.status == round_status::committed) { // validations end in the order of their rounds
      while (!held_.empty() && held_.begin()->first < round.key.round) {
        if (!tell(held_.extract(held_.begin()).mapped())) {
          return false;
        }
      }
      held_.erase(round.key.round);
    }
    return tell(round);
  }

  /// A committed round whose validations are still to come: the feed will bring it whole.
  bool may_be_validating(const session_record& session, const round_record& round) const {
    return session.options.validate && round.status == round_status::committed &&
           round.key.round + validations_most > session.rounds_committed && round.validations.empty() &&
           round.validation_failures.empty() && !told_.contains({round.key.round, round.key.attempt});
  }

  /// Rounds that are open, or were given up when the session ended, are not told.
  bool tell(const round_record& round) {
    const bool committed = round.status == round_status::committed;
    if ((!committed && round.status != round_status::failed) ||
        !told_.insert({round.key.round, round.key.attempt}).second) {
      return true;
    }
    return to_.send(committed ? "round" : "attempt", dumped(controller::summary_of(round)));
  }

  const rest_context& with_;
  const domain::session_id which_;
  runtime::event_stream& to_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> told_; ///< round and attempt
  std::map<std::uint32_t, round_record> held_;             ///< committed, perhaps not validated yet
};

} // namespace

runtime::route session_events_route(const context_ptr& with) {
  return {"GET", "/api/v1/sessions/{id}/events",
          runtime::event_handler{[with](runtime::http_request& request, runtime::event_stream& to) {
            session_watch(*with, domain::session_id{request.parameters.at("id")}, to).run();
          }},
          false, json_body_limit};
}

} // namespace fedloom::controller
