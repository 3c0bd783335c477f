#pragma once
#include "tests/simulation/client_node.hpp"
#include "tests/simulation/combiner_node.hpp"
#include "tests/simulation/controller_node.hpp"
#include "tests/simulation/history_checker.hpp"

#include <deque>
#include <map>
#include <set>

namespace fedloom::simulation {

struct mesh_settings {
  std::uint64_t seed = 1;
  std::size_t clients = 4;
  std::size_t combiners = 2;
  std::uint64_t elements = 16; ///< of the larger one of the model's two tensors
  network_limits network{};
  pace speed{};
  planted_bug planted = planted_bug::none;
};

/// A whole mesh in one thread and in virtual time: the machines of all services, joined by a network that delays and
/// reorders, on disks that take a while. Processes can be killed and started again at any event, and at any boundary
/// between the effects of one. One seed, one history; all of it is checked as it happens.
class mesh {
public:
  explicit mesh(const mesh_settings& settings);

  /// Creates and begins a session from the seed model; returns when both are acknowledged.
  domain::session_id start(const domain::session_options& options);
  void stop(const domain::session_id& which) { change(which, controller::session_order::stop); }
  /// Asked for at once; done when the controller gets to it.
  void change(const domain::session_id& which, controller::session_order what);
  /// Performs events until `until` holds; false when virtual time or the number of events ran out first.
  bool run(const std::function<bool()>& until, domain::milliseconds longest = std::chrono::minutes{30});
  bool run_to_the_end(const domain::session_id& which);

  /// "controller", "b1", "b2", ..., "c1", "c2", ...
  std::vector<std::string> processes() const;
  std::size_t combiners() const noexcept { return combiners_.size(); }
  void kill(const std::string& who);
  /// Kills the process, and starts it again after the pause.
  void restart(const std::string& who, duration pause);
  /// Kills it at the nth boundary from now, which is before or after something that it sends or stores.
  void crash(const std::string& who, std::size_t nth, duration pause) { around_.crashes.arm(who, nth, pause); }
  void freeze(const std::string& who, duration pause);
  /// Nothing can be written to its disk for so long.
  void fill_disk(const std::string& who, duration pause) { around_.disks[who].full_until = world_.now() + pause; }
  /// So many of its next writes fail.
  void fail_disk(const std::string& who, std::size_t writes) { around_.disks[who].failures = writes; }
  bool has_room_everywhere() const;
  void add_combiner();
  /// As SIGTERM, and after its end and the pause it is started again.
  void drain(std::size_t combiner, duration pause);
  /// By chance; with an endpoint, one of those that lead there.
  void cut_a_connection(const std::string& to = {}) { network_.cut_one(to); }
  void stall_a_connection(duration pause, const std::string& to = {}) { network_.stall_one(pause, to); }
  void part(std::set<std::string> group, duration pause) { network_.part(std::move(group), pause); }
  void echo(duration pause) { network_.echo(pause); }
  /// No process dies any more unless it is killed by name, and no disk fails.
  void spare();

  world& clock() noexcept { return world_; }
  const controller_disk& disk() const noexcept { return disk_; }
  domain::session_record session(const domain::session_id& which) const {
    return disk_.records->session(which).value();
  }
  bool is_over(const domain::session_id& which) const;
  domain::shared_bytes head_of(const domain::session_id& which) const {
    return disk_.models->get(session(which).head).value();
  }
  /// What broke an invariant so far, one line each; empty when all is well.
  std::string violations() const { return checker_.violations(); }
  const history_checker& checker() const noexcept { return checker_; }

private:
  using request = std::function<void(controller_node&, controller_node::answer)>;
  struct question {
    request ask;
    controller_node::answer to;
    bool is_answered = false;
    std::uint64_t tries = 0;
  };

  void start(const std::string& who);
  process* find(const std::string& who) const;
  /// As people with REST do: asked again when the controller could not write, or died before it answered.
  void ask(request what, controller_node::answer to);
  void put(const std::shared_ptr<question>& what);
  void ask_again(const std::shared_ptr<question>& what);
  void await(const std::shared_ptr<question>& what, std::uint64_t tries, std::optional<std::uint64_t> death_before);

  mesh_settings settings_;
  world world_;
  history_checker checker_;
  surroundings around_;
  network network_;
  controller_disk disk_;
  std::deque<client_disk> client_disks_;
  domain::model_id seed_model_;
  std::size_t sessions_ = 0;
  std::unique_ptr<controller_node> controller_;
  std::deque<combiner_disk> combiner_disks_; ///< a deque: those who write there stay where they are
  std::vector<std::unique_ptr<combiner_node>> combiners_;
  std::vector<std::unique_ptr<client_node>> clients_;
};

} // namespace fedloom::simulation
