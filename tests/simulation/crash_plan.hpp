#pragma once
#include "tests/simulation/world.hpp"

#include <map>
#include <string>

namespace fedloom::simulation {

/// Ends the process that is at work: thrown where it dies, caught by the mesh, which takes the process apart.
struct process_killed {
  std::string who;
  duration pause; ///< it is started again after that
};

/// Lets processes die at the boundaries of their effects: before and after each message that they send and each record
/// or model that they store.
class crash_plan {
public:
  /// `who` dies at the nth boundary from now, n > 0.
  void arm(const std::string& who, std::size_t nth, duration pause) { armed_[who] = {nth, pause}; }
  void disarm() { armed_.clear(); }

  void pass(const std::string& who) {
    if (armed_.empty()) {
      return;
    }
    const auto found = armed_.find(who);
    if (found != armed_.end() && --found->second.left == 0) {
      const auto pause = found->second.pause;
      armed_.erase(found);
      throw process_killed{who, pause};
    }
  }

private:
  struct sentence {
    std::size_t left = 0;
    duration pause{};
  };
  std::map<std::string, sentence> armed_;
};

} // namespace fedloom::simulation
