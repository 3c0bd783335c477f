#pragma once
#include "actors/client/runtime/process_group.hpp"
#include "actors/client/runtime/stop_event.hpp"
#include "cli/outcome.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace fedloom::cli {

/// Processes that were started here and end with this object, or when this process dies.
class children {
public:
  explicit children(std::stop_token stop) : stop_(std::move(stop)) {}
  ~children() { end_all(); }
  children(const children&) = delete;
  children& operator=(const children&) = delete;

  outcome start(std::string name, client::process_order order);

  struct ended {
    std::string name;
    int status; ///< the exit code, or 128 + the signal's number
  };
  /// Blocks until one ended, which is forgotten then; nothing: the limit has passed or the stop was requested.
  std::optional<ended> wait(std::optional<std::chrono::milliseconds> limit = std::nullopt);
  /// The last started first, each with time to end by itself.
  void end_all();

private:
  struct child {
    std::string name;
    std::unique_ptr<client::process_group> group;
  };
  /// Waits for any child, and for the stop if that matters; its place, or nothing.
  std::optional<std::size_t> first_ended(int stop_fd, std::optional<std::chrono::milliseconds> limit) const;

  client::stop_event stop_;
  std::vector<child> running_;
};

} // namespace fedloom::cli
