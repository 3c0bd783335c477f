#include "actors/kernel/tree_status.hpp"

#include <algorithm>
#include <utility>

namespace fedloom::kernel {

void tree_status::add(const std::string& name, const std::string& supervisor) {
  const std::lock_guard lock(mutex_);
  if (find(name) == nullptr) {
    lines_.push_back({child_status{name, supervisor, false, 0, {}}, false});
  }
}

void tree_status::started(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (auto* child = find(name)) {
    child->status.alive = true;
    child->status.restarts += child->ever_started ? 1 : 0;
    child->ever_started = true;
  }
}

void tree_status::died(const std::string& name, std::string reason) {
  const std::lock_guard lock(mutex_);
  if (auto* child = find(name)) {
    child->status.alive = false;
    child->status.last_reason = std::move(reason);
  }
}

std::vector<child_status> tree_status::children() const {
  const std::lock_guard lock(mutex_);
  std::vector<child_status> all;
  all.reserve(lines_.size());
  for (const auto& child : lines_) {
    all.push_back(child.status);
  }
  return all;
}

tree_status::line* tree_status::find(const std::string& name) {
  const auto found = std::ranges::find_if(lines_, [&](const line& one) { return one.status.name == name; });
  return found == lines_.end() ? nullptr : &*found;
}

} // namespace fedloom::kernel
