#pragma once
#include "actors/client/runtime/entry_runner.hpp"

namespace fedloom::client {

/// Runs each entry point as a process of its own: `bash -c "COMMAND ARGUMENTS"` in the project's folder.
class one_shot_runner final : public entry_runner {
public:
  one_shot_runner(package::compute_package package, confinement within, process_environment variables)
      : package_(std::move(package)), within_(std::move(within)), variables_(std::move(variables)) {}
  domain::expected<void> run(const entry_order& order, std::stop_token stop) override;

private:
  package::compute_package package_;
  confinement within_;
  process_environment variables_;
};

} // namespace fedloom::client
