#pragma once
#include "actors/client/runtime/one_shot_runner.hpp"
#include "actors/client/runtime/worker_process.hpp"

#include <optional>

namespace fedloom::client {

/// Runs train, validate and predict by the package's worker, a process that stays alive between them; other entry
/// points as one_shot_runner does. The worker is started by the first task, ended when a task is cancelled, times out
/// or when it dies, and started anew by the next: at most once per task.
class worker_runner final : public entry_runner {
public:
  worker_runner(package::compute_package package, confinement within, process_environment variables);
  domain::expected<void> run(const entry_order& order, std::stop_token stop) override;

private:
  domain::expected<void> ready();
  domain::expected<void> ask(const entry_order& order, std::stop_token stop);

  package::compute_package package_;
  confinement within_;
  process_environment variables_;
  one_shot_runner others_;
  std::optional<worker_process> worker_;
};

} // namespace fedloom::client
