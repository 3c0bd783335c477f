#pragma once
#include "tests/simulation/client_node.hpp"
#include "tests/simulation/combiner_node.hpp"
#include "tests/simulation/controller_node.hpp"

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
};

/// A whole mesh in one thread and in virtual time: the machines of all services, joined by a network that delays and
/// reorders, on disks that take a while. Processes can be killed and started again at any event. One seed, one history.
class mesh {
public:
  explicit mesh(const mesh_settings& settings);

  /// Creates and begins a session from the seed model; returns when both are stored.
  domain::session_id start(const domain::session_options& options);
  void stop(const domain::session_id& which);
  /// Performs events until `until` holds; false when virtual time or the number of events ran out first.
  bool run(const std::function<bool()>& until, domain::milliseconds longest = std::chrono::minutes{30});
  bool run_to_the_end(const domain::session_id& which);

  /// By chance; with an endpoint, one of those that lead there.
  void cut_a_connection(const std::string& to = {}) { network_.cut_one(to); }
  void stall_a_connection(duration pause, const std::string& to = {}) { network_.stall_one(pause, to); }
  /// Kills the process, and starts it again after the pause.
  void restart_controller(duration pause);
  void restart_combiner(std::size_t index, duration pause);
  void restart_client(std::size_t index, duration pause);
  void kill_client(std::size_t index) { clients_[index].reset(); }
  void kill_combiner(std::size_t index) { combiners_[index].reset(); }
  void add_combiner();

  world& clock() noexcept { return world_; }
  const controller_disk& disk() const noexcept { return disk_; }
  domain::session_record session(const domain::session_id& which) const {
    return disk_.records->session(which).value();
  }
  domain::shared_bytes head_of(const domain::session_id& which) const {
    return disk_.models->get(session(which).head).value();
  }
  const std::vector<heard_receipt>& receipts() const noexcept { return receipts_; }
  std::size_t clients() const noexcept { return clients_.size(); }
  std::size_t combiners() const noexcept { return combiners_.size(); }

private:
  void start_controller() { controller_ = std::make_unique<controller_node>(world_, network_, disk_, settings_.speed); }
  void start_combiner(std::size_t index);
  void start_client(std::size_t index);

  mesh_settings settings_;
  world world_;
  network network_;
  controller_disk disk_;
  std::vector<client_disk> client_disks_;
  std::vector<heard_receipt> receipts_;
  domain::model_id seed_model_;
  std::size_t sessions_ = 0;
  std::unique_ptr<controller_node> controller_;
  std::vector<std::unique_ptr<combiner_node>> combiners_;
  std::vector<std::unique_ptr<client_node>> clients_;
};

/// Everything in the store that breaks an invariant (I-1, I-3, I-6, I-11) or contradicts what clients were told, one
/// line each; empty when all is well. Recomputes each committed model from the contributions that its record lists.
std::string violations(const mesh& of, const domain::session_id& which);

} // namespace fedloom::simulation
