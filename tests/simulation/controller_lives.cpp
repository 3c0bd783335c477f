// How the controller's actors live with a disk that is full or fails, as registry_actor, session_actor and their
// supervisors do.
#include "tests/simulation/controller_node.hpp"

#include <cstring>

namespace fedloom::simulation {

using namespace controller;
using domain::errc;

namespace {

domain::token token_of(domain::term term, std::uint64_t number) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &number, sizeof(number));
  bytes[15] = static_cast<std::uint8_t>(term.value());
  return domain::token{bytes};
}

} // namespace

// -- registry -----------------------------------------------------------------------

void controller_node::begin_registry() {
  registry_.emplace(registry_config{}, policy_, [this] { return token_of(term_, ++last_token_); });
  registry_->restore(disk_.records->combiners(), disk_.records->clients());
}

void controller_node::registry_stored(const registry::store& what, const domain::expected<void>& outcome) {
  if (outcome) {
    return registry_runner_.resume();
  }
  if (outcome.error().code != errc::storage_full) {
    return registry_died();
  }
  auto refusals = registry_->not_stored(what, outcome.error());
  registry_runner_.abandon();
  step(std::move(refusals));
}

void controller_node::registry_died() {
  trace(now(), "controller", "its registry dies");
  has_failed_ = true;
  registry_.reset();
  registry_runner_.clear();
  restart(root_budget_, [this] { has_failed_ ? registry_died() : begin_registry(); }, {});
}

/// What the session asks for when it begins.
void controller_node::tell_fleet() {
  if (!registry_) {
    return;
  }
  for (const auto& [combiner, peer] : registry_->living()) {
    tell_session([this, combiner = combiner, peer = peer] {
      peers_[combiner] = peer;
      step(session_->combiner_up(world_.moment(), combiner));
    });
  }
  for (const auto& combiner : registry_->draining()) {
    tell_session([this, combiner] { step(session_->combiner_draining(world_.moment(), combiner)); });
  }
  for (const auto& one : registry_->available()) {
    tell_session([this, one] { step(session_->client_up(world_.moment(), one)); });
  }
}

// -- session ------------------------------------------------------------------------

void controller_node::begin_session() {
  begin_session_anew();
  step(session_->start(world_.moment()));
}

void controller_node::begin_session_anew() {
  session_.emplace(session_limits_, policy_, term_, world_.seed());
  session_->restore(disk_.records->sessions(), disk_.records->rounds(), disk_.records->page<domain::run_record>({}));
  post([this] { tell_fleet(); });
}

void controller_node::session_stored(const domain::expected<void>& outcome) {
  if (outcome) {
    full_.reset();
    session_runner_.resume();
  } else if (outcome.error().code == errc::storage_full) {
    session_found_no_room(outcome.error());
  } else {
    session_died();
  }
}

void controller_node::session_found_no_room(const domain::error& reason) {
  full_ = reason;
  look_again_ = now() + session_limits_.full_disk_pause;
  session_runner_.clear();
  refuse_all(reason);
  reduction_mail_.post([this] { step(reduction_.drop()); });
  begin_session_anew();
  arm_session();
}

void controller_node::look_again() {
  look_again_ = now() + session_limits_.full_disk_pause;
  session_runner_.run(session_->halt(world_.moment(), *full_));
  if (!session_runner_.blocked()) {
    full_.reset();
  }
  arm_session();
}

void controller_node::on_session_alarm() {
  if (!session_) {
    return;
  }
  if (full_ && !session_runner_.blocked() && now() >= look_again_) {
    return look_again();
  }
  step(session_->tick(world_.moment()));
}

void controller_node::arm_session() {
  if (!session_) {
    return;
  }
  const auto wake = session_->next_wake();
  const bool looks = full_ && !session_runner_.blocked();
  session_alarm_.arm(looks ? std::min(wake.value_or(look_again_), look_again_) : wake);
}

/// Its next lives die as soon as they begin.
void controller_node::session_died() {
  trace(now(), "controller", "its session dies");
  has_failed_ = true;
  session_.reset();
  session_runner_.clear();
  full_.reset();
  peers_.clear();
  refuse_all({errc::unavailable, "the session has died"});
  restart(
      rounds_budget_, [this] { has_failed_ ? session_died() : begin_session(); }, [this] { rounds_died(); });
}

/// The reduction goes along.
void controller_node::rounds_died() {
  restart(root_budget_,
          [this] {
            rounds_budget_ = kernel::restart_budget{{}, {}};
            reduction_ = reduction_machine{8};
            has_failed_ ? session_died() : begin_session();
          },
          {});
}

void controller_node::refuse_all(const domain::error& reason) {
  for (auto& [ticket, to] : std::exchange(asked_, {})) {
    to(tl::unexpected(reason));
  }
}

/// When no restart is left, the one above decides; above the root there is who started the process.
void controller_node::restart(kernel::restart_budget& from, const world::action& what, const world::action& or_else) {
  if (const auto grant = from.spend(now()); grant.granted) {
    later(grant.pause, what);
  } else if (or_else) {
    or_else();
  } else {
    throw process_killed{"controller", world_.pause(domain::milliseconds{1}, domain::milliseconds{500})};
  }
}

} // namespace fedloom::simulation
