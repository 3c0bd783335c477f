#include "actors/client/memory_update_store.hpp"

namespace fedloom::client {

domain::expected<domain::shared_bytes> memory_update_store::put(stored_update what) {
  const std::lock_guard lock(mutex_);
  std::erase_if(held_, [&](const auto& one) { return one.head.round == what.head.round; });
  return held_.emplace_back(std::move(what)).stream;
}

domain::expected<void> memory_update_store::move(const domain::round_key& from, const domain::round_key& to) {
  const std::lock_guard lock(mutex_);
  for (auto& one : held_) {
    if (one.head.round == from) {
      one.head.round = to;
    }
  }
  return {};
}

void memory_update_store::drop(const domain::round_key& round) {
  const std::lock_guard lock(mutex_);
  std::erase_if(held_, [&](const auto& one) { return one.head.round == round; });
}

std::vector<stored_update> memory_update_store::all() const {
  const std::lock_guard lock(mutex_);
  return {held_.begin(), held_.end()};
}

std::unique_ptr<update_store> make_memory_update_store() {
  return std::make_unique<memory_update_store>();
}

} // namespace fedloom::client
