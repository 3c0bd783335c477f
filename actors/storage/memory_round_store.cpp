#include "actors/storage/table_round_store.hpp"

#include <array>
#include <map>
#include <mutex>

namespace fedloom::storage {

namespace {

using table = std::map<std::string, std::string, std::less<>>;

class memory_bytes final : public byte_store {
public:
  domain::expected<void> apply(const std::vector<byte_change>& changes) override {
    const std::lock_guard lock(mutex_);
    for (const auto& change : changes) {
      auto& in = tables_[static_cast<std::size_t>(change.in)];
      if (change.value) {
        in.insert_or_assign(change.key, *change.value);
      } else {
        in.erase(change.key);
      }
    }
    return {};
  }

  domain::expected<std::string> get(byte_family from, const std::string& key) const override {
    const std::lock_guard lock(mutex_);
    const auto& in = tables_[static_cast<std::size_t>(from)];
    const auto found = in.find(key);
    return found == in.end() ? domain::failure(domain::errc::not_found, "no such record")
                             : domain::expected<std::string>{found->second};
  }

  domain::expected<void> scan(byte_family from, const byte_range& which, const byte_visitor& with) const override {
    const std::lock_guard lock(mutex_);
    const auto& in = tables_[static_cast<std::size_t>(from)];
    auto left = which.limit;
    const auto goes_on = [&](const table::value_type& entry) {
      return left-- > 0 && entry.first.starts_with(which.prefix) && with(entry.first, domain::as_bytes(entry.second));
    };
    if (which.backwards) {
      for (auto at = in.lower_bound(which.from); at != in.begin() && goes_on(*--at);) {
      }
    } else {
      for (auto at = in.lower_bound(std::max(which.prefix, which.from)); at != in.end() && goes_on(*at); ++at) {
      }
    }
    return {};
  }

private:
  mutable std::mutex mutex_;
  std::array<table, byte_families> tables_;
};

} // namespace

std::unique_ptr<round_store> make_memory_round_store(const record_limits& limits) {
  return std::make_unique<table_round_store>(std::make_unique<memory_bytes>(), limits);
}

} // namespace fedloom::storage
