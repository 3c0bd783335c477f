#pragma once
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/caf_compat.hpp"
#include "actors/kernel/supervisor.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace fedloom::kernel {

using namespace std::chrono_literals;

/// Ways to end, as messages to a child.
enum class fate : std::uint8_t { throws, quits };

} // namespace fedloom::kernel
FEDLOOM_LOCAL_MESSAGE(fedloom::kernel::fate)

namespace fedloom::kernel {

/// A tree of children that count their starts and tell their ends, on virtual time.
class supervisor_fixture : public test::actor_fixture {
protected:
  child_spec child(const std::string& name, restart_kind restart = restart_kind::permanent) {
    return {name, [this, name](caf::actor_system& in) { return spawn_child(in, name); }, restart};
  }

  supervisor_spec tree(strategy restarts, std::vector<child_spec> children) {
    return {"root", restarts, {}, {}, std::move(children), {}};
  }

  void start(supervisor_spec spec) {
    root = start_tree(system, std::move(spec), names, status,
                      [this](const std::string& reason) { gave_up.push_back(reason); });
  }

  void crash(const std::string& name) { end(name, fate::throws); }
  void quit(const std::string& name) { end(name, fate::quits); }
  void kill(const std::string& name) {
    EXPECT_TRUE(kill_child(*names, name)) << name;
    run();
  }

  child_status status_of(const std::string& name) const {
    for (const auto& one : status->children()) {
      if (one.name == name) {
        return one;
      }
    }
    throw std::out_of_range(name);
  }

  bool named(const std::string& name) const { return names->find(name) != nullptr; }

  /// "1 2 1": starts of a, b, c.
  std::string starts_of(const std::vector<std::string>& children) {
    std::string out;
    for (const auto& name : children) {
      out += (out.empty() ? "" : " ") + std::to_string(starts[name]);
    }
    return out;
  }

  void TearDown() override {
    stop_tree(root);
    run();
    actor_fixture::TearDown();
  }

  std::map<std::string, int> starts;
  std::map<std::string, int> refusals;     ///< how many spawns of the name still throw
  std::vector<std::string> started, ended; ///< names in order
  std::vector<std::string> gave_up;
  std::map<std::string, bool> stubborn; ///< ignores every exit message but kill
  std::shared_ptr<directory> names = std::make_shared<directory>();
  std::shared_ptr<tree_status> status = std::make_shared<tree_status>();
  caf::actor root;

private:
  class child_actor : public caf::event_based_actor {
  public:
    child_actor(caf::actor_config& config, supervisor_fixture& test, std::string name)
        : caf::event_based_actor(config), test_(test), name_(std::move(name)) {
      guard(this);
      if (test_.stubborn[name_]) {
        set_exit_handler([](caf::exit_msg&) {});
      }
    }
    caf::behavior make_behavior() override {
      return {[this](fate how) {
        if (how == fate::throws) {
          throw std::runtime_error("the disk is on fire");
        }
        event_based_actor::quit();
      }};
    }
    void on_exit() override { test_.ended.push_back(name_); }

  private:
    supervisor_fixture& test_;
    std::string name_;
  };

  caf::actor spawn_child(caf::actor_system& in, const std::string& name) {
    if (refusals[name] > 0) {
      --refusals[name];
      throw std::runtime_error("no memory");
    }
    ++starts[name];
    started.push_back(name);
    return in.spawn<child_actor>(*this, name);
  }

  void end(const std::string& name, fate how) {
    EXPECT_TRUE(names->send<caf::actor>(name, how)) << name;
    run();
  }
};

} // namespace fedloom::kernel
