#include "actors/storage/record_index.hpp"

#include "actors/storage/record_keys.hpp"

#include <algorithm>
#include <stdexcept>

namespace fedloom::storage {

namespace {

constexpr std::size_t order_bytes = sizeof(std::uint64_t);

std::string table_prefix(char table, record_kind kind) {
  return {table, static_cast<char>(kind)};
}
/// order, key: nothing
std::string by_order(record_kind kind) {
  return table_prefix('o', kind);
}
/// second key, order, key: nothing
std::string by_second(record_kind kind, const std::string& second) {
  return table_prefix('s', kind) + second;
}
/// key: order, second key
std::string place_key(record_kind kind, const std::string& key) {
  return table_prefix('p', kind) + key;
}

template <class T>
T or_throw(domain::expected<T> read) {
  if (!read) {
    throw std::runtime_error(read.error().text);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*read);
  }
}

} // namespace

void record_index::load() {
  const std::lock_guard lock(mutex_);
  or_throw(bytes_.scan(byte_family::index, {.prefix = "o"}, [&](std::string_view key, domain::byte_span) {
    orders_[static_cast<record_kind>(key[1])].push_back(decode_counter(key.substr(2, order_bytes)));
    return true;
  }));
}

void record_index::take(const std::vector<order_step>& steps) {
  const std::lock_guard lock(mutex_);
  for (const auto& step : steps) {
    auto& orders = orders_[step.kind];
    const auto at = std::ranges::upper_bound(orders, step.order); // new ones mostly go to the end
    if (step.is_more) {
      orders.insert(at, step.order);
    } else if (at != orders.begin()) {
      orders.erase(at - 1);
    }
  }
}

std::size_t record_index::count(record_kind kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(kind);
  return found == orders_.end() ? 0 : found->second.size();
}

std::uint64_t record_index::last(record_kind kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(kind);
  return found == orders_.end() || found->second.empty() ? 0 : found->second.back();
}

std::optional<record_index::start> record_index::start_of(record_kind kind, const visit_range& which) const {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(kind);
  if (found == orders_.end() || which.skip >= found->second.size() || which.take == 0) {
    return std::nullopt;
  }
  const auto& orders = found->second;
  const auto at = which.newest_first ? orders.end() - 1 - static_cast<std::ptrdiff_t>(which.skip)
                                     : orders.begin() + static_cast<std::ptrdiff_t>(which.skip);
  const auto equals = which.newest_first ? std::ranges::upper_bound(at, orders.end(), *at) - at - 1
                                         : at - std::ranges::lower_bound(orders.begin(), at, *at);
  return start{*at, static_cast<std::size_t>(equals)};
}

std::vector<std::string> record_index::keys(record_kind kind, const visit_range& which) const {
  const auto begin = start_of(kind, which);
  if (!begin) {
    return {};
  }
  const auto prefix = by_order(kind);
  byte_range range{.prefix = prefix, .from = prefix + encode_counter(begin->order)};
  if (which.newest_first) {
    range.backwards = true; // before the next order; behind the greatest of all, all bytes are 0xff
    range.from = begin->order + 1 == 0 ? prefix + std::string(2 * order_bytes, '\xff')
                                       : prefix + encode_counter(begin->order + 1);
  }
  const auto wanted = which.take;
  range.limit = wanted > range.limit - begin->equals ? range.limit : wanted + begin->equals;
  auto found = keys_in(range, prefix.size() + order_bytes);
  found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(begin->equals, found.size())));
  return found;
}

std::vector<std::string> record_index::keys_at(record_kind kind, std::uint64_t order) const {
  const auto prefix = by_order(kind) + encode_counter(order);
  return keys_in({.prefix = prefix}, prefix.size());
}

std::vector<std::string> record_index::keys_with(record_kind kind, const std::string& second) const {
  const auto prefix = by_second(kind, second);
  return keys_in({.prefix = prefix}, prefix.size() + order_bytes);
}

std::vector<std::string> record_index::keys_in(const byte_range& which, std::size_t prefix_bytes) const {
  std::vector<std::string> found;
  or_throw(bytes_.scan(byte_family::index, which, [&](std::string_view key, domain::byte_span) {
    found.emplace_back(key.substr(prefix_bytes));
    return true;
  }));
  return found;
}

std::optional<record_place> index_update::place_of(record_kind kind, const std::string& key) const {
  const auto at = place_key(kind, key);
  if (const auto seen = seen_.find(at); seen != seen_.end()) {
    return seen->second;
  }
  const auto written = bytes_.get(byte_family::index, at);
  if (!written && written.error().code == domain::errc::not_found) {
    return std::nullopt;
  }
  const auto& place = or_throw(written);
  return record_place{decode_counter(place.substr(0, order_bytes)), place.substr(order_bytes)};
}

void index_update::put(record_kind kind, const std::string& key, const record_place& place) {
  const auto before = place_of(kind, key);
  if (before == place) {
    return;
  }
  if (before) {
    strike(kind, key, *before);
  }
  enter(kind, key, place);
}

bool index_update::erase(record_kind kind, const std::string& key) {
  const auto before = place_of(kind, key);
  if (before) {
    strike(kind, key, *before);
  }
  return before.has_value();
}

void index_update::enter(record_kind kind, const std::string& key, const record_place& place) {
  const auto order = encode_counter(place.order);
  changes_.push_back({byte_family::index, by_order(kind) + order + key, std::string{}});
  if (!place.second.empty()) {
    changes_.push_back({byte_family::index, by_second(kind, place.second) + order + key, std::string{}});
  }
  changes_.push_back({byte_family::index, place_key(kind, key), order + place.second});
  seen_[place_key(kind, key)] = place;
  steps_.push_back({kind, place.order, true});
}

void index_update::strike(record_kind kind, const std::string& key, const record_place& place) {
  const auto order = encode_counter(place.order);
  changes_.push_back({byte_family::index, by_order(kind) + order + key, std::nullopt});
  if (!place.second.empty()) {
    changes_.push_back({byte_family::index, by_second(kind, place.second) + order + key, std::nullopt});
  }
  changes_.push_back({byte_family::index, place_key(kind, key), std::nullopt});
  seen_[place_key(kind, key)] = std::nullopt;
  steps_.push_back({kind, place.order, false});
}

std::ptrdiff_t index_update::growth(record_kind kind) const {
  std::ptrdiff_t sum = 0;
  for (const auto& step : steps_) {
    sum += step.kind == kind ? (step.is_more ? 1 : -1) : 0;
  }
  return sum;
}

std::size_t index_update::erased(record_kind kind) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(steps_, [&](const order_step& step) { return step.kind == kind && !step.is_more; }));
}

} // namespace fedloom::storage
