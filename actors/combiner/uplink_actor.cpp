#include "actors/combiner/deps.hpp"
#include "actors/combiner/identity.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"

#include <caf/all.hpp>

#include <random>

namespace fedloom::combiner {

namespace {

using kernel::log;
using kernel::log_level;
namespace dialog = transport::dialog;

/// The shell of the dialog with the controller: owns the one connection there.
class uplink_state {
public:
  static inline const char* name = "fedloom.combiner.uplink";
  explicit uplink_state(uplink_actor::base* self) : self_(self) {}
  ~uplink_state() {
    if (with_ && peer_) {
      with_->mesh->hang_up(*peer_);
    }
  }

  uplink_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->dialog, std::random_device{}());
    uplink_is(false);
    introduce();
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [this](const transport::peer_notice& notice) { on_notice(notice); },
        [this](to_controller& m) { say(std::move(m)); },
        [this](reintroduce) {
          if (machine_->is_established()) {
            introduce();
          }
        },
        [this](drain) {
          is_draining_ = true;
          say_draining();
        },
        [this](leave) {
          say({{}, domain::goodbye{"shutting down"}, {}});
          is_leaving_ = true; // the answers to what was under way must not make it introduce itself again
        },
        [this](const kernel::wake& w) { on_wake(w); },
    };
  }

private:
  void uplink_is(bool up) {
    *with_->uplink_is_up = up;
    with_->count->uplink_is(up);
  }

  void introduce() {
    perform_all(machine_->start(
        now(), domain::combiner_hello{with_->combiner, with_->advertised_endpoint, with_->roster.max_clients}));
  }

  void on_inbound(const transport::inbound& in) {
    if (in.from != peer_ || is_leaving_) {
      return; // from a connection that has been given up
    }
    machine_->heard(now());
    if (const auto* welcome = std::get_if<domain::combiner_welcome>(&in.what.what)) {
      term_ = in.what.head.controller_term;
      perform_all(machine_->welcomed(now(), welcome->heartbeat, welcome->lease));
    } else if (const auto* why = std::get_if<domain::refused>(&in.what.what)) {
      log(log_level::warn, "uplink", "refused", {{"reason", domain::to_string(why->reason)}});
      perform_all(machine_->refused(now(), *why));
    }
  }

  void on_notice(const transport::peer_notice& notice) {
    if (notice.peer != peer_ || is_leaving_) {
      return;
    }
    if (notice.change == transport::peer_change::alive) {
      machine_->heard(now());
    } else {
      perform_all(machine_->gone(now()));
    }
  }

  void on_wake(const kernel::wake& w) {
    if (is_leaving_) {
      return;
    }
    if (timer_.fires(w)) {
      perform_all(machine_->tick(now()));
    } else {
      timer_.arm(self_, machine_->next_wake());
    }
  }

  void say_draining() { say({{}, domain::draining{"shutting down"}, {}}); }

  void say(to_controller what) {
    if (peer_ && machine_->is_established()) {
      with_->mesh->send(*peer_, {{term_, std::move(what.about), 0, 0}, std::move(what.what), std::move(what.payload)});
    }
  }

  void perform_all(dialog::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
    timer_.arm(self_, machine_->next_wake());
  }

  void perform(dialog::open&) {
    peer_ = with_->mesh->dial(with_->controller_endpoint);
    with_->mesh->identify(*peer_, controller_identity);
  }
  void perform(dialog::close&) {
    if (peer_) {
      with_->mesh->hang_up(*peer_);
      peer_.reset();
    }
  }
  void perform(dialog::send& e) {
    if (peer_) {
      with_->mesh->send(*peer_, {{term_, {}, 0, 0}, std::move(e.what), {}});
    }
  }
  void perform(dialog::established&) {
    log(log_level::info, "uplink", "welcomed", {{"controller", with_->controller_endpoint}});
    uplink_is(true);
    if (is_draining_) { // before the roster, so that nobody is placed here in between
      say_draining();
    }
    with_->names->send<roster_actor>(roster_name, uplink_up{});
    with_->names->send<model_cache_actor>(model_cache_name, uplink_up{});
    with_->names->send<collection_actor>(collection_name, uplink_up{});
  }
  void perform(dialog::lost& e) {
    log(log_level::warn, "uplink", "lost", {{"reason", domain::to_string(e.reason)}});
    uplink_is(false);
    with_->names->send<collection_actor>(collection_name, uplink_down{});
  }

  domain::instant now() const { return kernel::now_of(self_); }

  uplink_actor::base* self_;
  deps_ptr with_;
  std::optional<transport::dialog_machine> machine_;
  std::optional<transport::peer_id> peer_;
  domain::term term_; ///< whose welcome it has; stands on all that it says
  bool is_draining_ = false;
  bool is_leaving_ = false;
  kernel::wake_timer<uplink_actor::base> timer_;
};

uplink_actor::behavior_type run(uplink_actor::stateful_pointer<uplink_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_uplink(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::combiner
