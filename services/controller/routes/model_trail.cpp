#include "services/controller/routes/model_trail.hpp"

#include <algorithm>
#include <deque>
#include <set>

namespace fedloom::controller {

model_trail::model_trail(std::vector<domain::model_record> records) : records_(std::move(records)) {
  for (const auto& record : records_) {
    first_.emplace(record.model, &record);
    if (!record.parent || *record.parent == record.model) {
      continue;
    }
    parent_.emplace(record.model, *record.parent);
    auto& children = children_[*record.parent];
    if (std::ranges::find(children, record.model) == children.end()) {
      children.push_back(record.model);
    }
  }
}

model_trail::nodes model_trail::ancestors(const domain::model_id& id, bool include_self, std::size_t most) const {
  nodes found;
  if (include_self) {
    found.push_back(first_.at(id));
  }
  std::set<domain::model_id> seen{id};
  auto parent = parent_.find(id);
  while (most > 0 && parent != parent_.end() && seen.insert(parent->second).second) {
    const auto record = first_.find(parent->second);
    if (record == first_.end()) {
      break;
    }
    found.push_back(record->second);
    --most;
    parent = parent_.find(record->first);
  }
  return found;
}

model_trail::nodes model_trail::descendants(const domain::model_id& id, std::size_t most) const {
  nodes found;
  std::set<domain::model_id> seen{id};
  std::deque<domain::model_id> open{id};
  for (; !open.empty() && found.size() < most; open.pop_front()) {
    const auto children = children_.find(open.front());
    if (children == children_.end()) {
      continue;
    }
    for (const auto& child : children->second) {
      if (found.size() < most && seen.insert(child).second) {
        found.push_back(first_.at(child));
        open.push_back(child);
      }
    }
  }
  return found;
}

std::vector<domain::model_record> model_trail::leaves() const {
  std::vector<domain::model_record> found;
  for (const auto& record : records_) {
    if (first_.at(record.model) == &record && !children_.contains(record.model)) {
      found.push_back(record);
    }
  }
  return found;
}

} // namespace fedloom::controller
