#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace fedloom::kernel {

/// One line of GET /api/v1/supervision.
struct child_status {
  std::string name;
  std::string supervisor;
  bool alive = false;
  std::uint32_t restarts = 0;
  std::string last_reason; ///< empty: never died
};

/// Live state of a tree, written by its supervisors, read by anyone. Any thread.
class tree_status {
public:
  /// Gives `name` a line; a line that exists keeps its counts (its supervisor was restarted).
  void add(const std::string& name, const std::string& supervisor);
  /// Every start but the first counts as a restart.
  void started(const std::string& name);
  void died(const std::string& name, std::string reason);

  /// A supervisor's children in start order, each supervisor's block behind its parent's.
  std::vector<child_status> children() const;

private:
  struct line {
    child_status status;
    bool ever_started = false;
  };
  line* find(const std::string& name);

  mutable std::mutex mutex_;
  std::vector<line> lines_;
};

} // namespace fedloom::kernel
