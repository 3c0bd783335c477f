#pragma once
#include "actors/client/runtime/confinement.hpp"
#include "actors/package/compute_package.hpp"
#include "messages/domain/chrono.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace fedloom::client {

struct entry_order {
  std::string entry;
  std::vector<std::filesystem::path> arguments; ///< train: IN OUT; validate and predict: IN OUT; others: none
  domain::milliseconds time_limit{0};
};

/// Runs the entry points of one compute package. `entry_point_missing`; `entry_point_failed` and
/// `entry_point_timed_out`, whose text ends with the last lines of output; `cancelled`; `storage_full` if it wrote more
/// than it may. One call at a time.
class entry_runner {
public:
  virtual ~entry_runner() = default;
  virtual domain::expected<void> run(const entry_order& order, std::stop_token stop) = 0;
};

/// By the package's worker what that answers, and by a process for each call what it does not.
std::unique_ptr<entry_runner> make_entry_runner(package::compute_package package, confinement within,
                                                process_environment variables);

} // namespace fedloom::client
