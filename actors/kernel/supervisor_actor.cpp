#include "actors/kernel/supervisor_actor.hpp"

#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"

#include <caf/exit_reason.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace fedloom::kernel {

namespace {

std::vector<supervised> rules_of(const supervisor_spec& spec) {
  std::vector<supervised> rules;
  for (const auto& child : spec.children) {
    rules.push_back({child.restart, stop_patience});
  }
  rules.insert(rules.end(), spec.supervisors.size(), {restart_kind::permanent, std::nullopt});
  return rules;
}

} // namespace

supervisor_actor::supervisor_actor(caf::actor_config& config, supervisor_spec spec, tree_parts parts,
                                   std::function<void(std::string)> on_give_up)
    : caf::event_based_actor(config), title_(spec.name), parts_(std::move(parts)), on_give_up_(std::move(on_give_up)),
      machine_(spec.restarts, spec.budget, spec.backoff, rules_of(spec)), runner_([this](supervision::effect& effect) {
        std::visit([this](const auto& order) { perform(order); }, effect);
        return performed::done;
      }) {
  guard(this);
  set_exception_handler([this](caf::scheduled_actor*, std::exception_ptr& thrown) {
    return give_up("supervisor " + title_ + " failed: " + what_of(thrown));
  });
  set_down_handler([this](caf::down_msg& down) { on_down(down); });
  set_exit_handler([this](caf::exit_msg&) { step(machine_.stop(now_of(this))); });
  adopt(std::move(spec));
  // Here and not in make_behavior: that would run later, on another thread, and start_tree promises living children.
  step(machine_.start(now_of(this)));
}

void supervisor_actor::adopt(supervisor_spec spec) {
  for (auto& one : spec.children) {
    children_.push_back({std::move(one.name), std::move(one.spawn), {}, {}});
  }
  for (auto& nested : spec.supervisors) {
    auto name = nested.name;
    children_.push_back({std::move(name),
                         [nested = std::move(nested), parts = parts_](caf::actor_system& system) {
                           return system.spawn<supervisor_actor>(nested, parts, nullptr);
                         },
                         {},
                         {}});
  }
  for (const auto& one : children_) {
    parts_.status->add(one.name, title_);
  }
}

caf::behavior supervisor_actor::make_behavior() {
  return {
      [this](const wake& message) {
        if (timer_.fires(message)) {
          step(machine_.tick(now_of(this)));
        }
      },
      [this](const tree_ended& ended) { on_ended(ended); },
  };
}

void supervisor_actor::on_down(const caf::down_msg& down) {
  const auto dead = std::ranges::find_if(
      children_, [&](const child& one) { return one.living && one.living.address() == down.source; });
  if (dead == children_.end()) {
    return;
  }
  const bool normally = ended_normally(down.reason);
  mark_down(*dead, reason_text(system(), down.reason), normally ? log_level::info : log_level::warn);
  const auto index = static_cast<std::size_t>(dead - children_.begin());
  step(machine_.died(index, normally, now_of(this)));
}

void supervisor_actor::on_ended(const tree_ended& ended) {
  if (ended.gave_up) {
    quit(give_up(ended.reason));
  } else {
    quit(caf::exit_reason::user_shutdown);
  }
}

caf::error supervisor_actor::give_up(const std::string& reason) {
  log(log_level::error, "supervisor", "gave-up", {{"supervisor", title_}, {"reason", reason}});
  if (const auto tell = std::exchange(on_give_up_, nullptr)) {
    tell(reason);
  }
  return crash(reason);
}

/// An effect may step the machine again (a child that cannot be spawned); the runner keeps the order.
void supervisor_actor::step(supervision::effects effects) {
  runner_.run(std::move(effects));
  timer_.arm(this, machine_.next_wake());
}

void supervisor_actor::perform(const supervision::start& order) {
  auto& one = children_[order.child];
  try {
    one.living = parts_.names->enter_new(one.name, [&] { return one.spawn(home_system()); });
    if (!one.living) {
      throw std::logic_error("its spawn function returned no actor");
    }
  } catch (...) {
    mark_down(one, what_of(std::current_exception()), log_level::warn);
    step(machine_.died(order.child, false, now_of(this)));
    return;
  }
  parts_.status->started(one.name);
  monitor(one.living);
  log(log_level::info, "supervisor", "child-started", {{"supervisor", title_}, {"child", one.name}});
}

// A child that is down has died between the order and now: its `down` is in the mailbox, or was the cause of the order.
void supervisor_actor::perform(const supervision::stop& order) {
  send_exit(children_[order.child].living, caf::exit_reason::user_shutdown);
}

void supervisor_actor::perform(const supervision::kill& order) {
  const auto& one = children_[order.child];
  log(log_level::error, "supervisor", "child-killed", {{"supervisor", title_}, {"child", one.name}});
  send_exit(one.living, caf::exit_reason::kill);
}

void supervisor_actor::perform(const supervision::finish& order) {
  tree_ended ended{order.gave_up, {}};
  if (order.gave_up) {
    const auto& last = children_[order.child];
    ended.reason = "restart budget of " + title_ + " spent by " + last.name + ": " + last.last_reason;
  }
  send(this, std::move(ended));
}

void supervisor_actor::mark_down(child& dead, std::string reason, log_level level) {
  if (dead.living) {
    parts_.names->leave(dead.name, dead.living.address());
    dead.living = nullptr;
  }
  log(level, "supervisor", "child-ended", {{"supervisor", title_}, {"child", dead.name}, {"reason", reason}});
  parts_.status->died(dead.name, reason);
  dead.last_reason = std::move(reason);
}

void supervisor_actor::on_exit() {
  for (auto one = children_.rbegin(); one != children_.rend(); ++one) {
    if (const auto living = one->living) {
      mark_down(*one, "its supervisor died", log_level::warn);
      caf::anon_send_exit(living, caf::exit_reason::kill);
    }
  }
}

} // namespace fedloom::kernel
