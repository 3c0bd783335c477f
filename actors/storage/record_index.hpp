#pragma once
#include "actors/storage/byte_store.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// How records are found in the order of lists, and by second keys. Only for the .cpp files of this folder.
namespace fedloom::storage {

/// By what a record is listed and found, beside its key (record_keys.hpp).
struct record_place {
  std::uint64_t order = 0;
  std::string second{};
  bool operator==(const record_place&) const = default;
};

/// One more or one less with this order.
struct order_step {
  record_kind kind = record_kind::session;
  std::uint64_t order = 0;
  bool is_more = true;
};

/// The index stands beside the records and is written in the same batch. In memory are the orders alone, 8 bytes for a
/// record, so that any page is reached at once. Any thread.
class record_index {
public:
  explicit record_index(const byte_store& in) : bytes_(in) {}

  /// Once, before all else. Throws std::runtime_error when the index cannot be read, as all reads do.
  void load();
  /// After the write of an index_update.
  void take(const std::vector<order_step>& steps);

  std::size_t count(record_kind kind) const;
  std::uint64_t last(record_kind kind) const; ///< the greatest order; 0: none
  std::vector<std::string> keys(record_kind kind, const visit_range& which) const;
  std::vector<std::string> keys_at(record_kind kind, std::uint64_t order) const;
  std::vector<std::string> keys_with(record_kind kind, const std::string& second) const;

private:
  std::vector<std::string> keys_in(const byte_range& which, std::size_t prefix_bytes) const;
  struct start {
    std::uint64_t order = 0; ///< of the page's first record
    std::size_t equals = 0;  ///< how many of that order lie before it
  };
  std::optional<start> start_of(record_kind kind, const visit_range& which) const;

  const byte_store& bytes_;
  mutable std::mutex mutex_;
  std::map<record_kind, std::vector<std::uint64_t>> orders_; ///< sorted
};

/// What one batch changes in the index: appends to `changes`. Knows what was put and erased through it before.
class index_update {
public:
  index_update(const byte_store& in, std::vector<byte_change>& changes) : bytes_(in), changes_(changes) {}

  void put(record_kind kind, const std::string& key, const record_place& place);
  /// Whether it was there.
  bool erase(record_kind kind, const std::string& key);

  const std::vector<order_step>& steps() const noexcept { return steps_; }
  /// How many more records of that kind there are than before.
  std::ptrdiff_t growth(record_kind kind) const;
  std::size_t erased(record_kind kind) const;

private:
  std::optional<record_place> place_of(record_kind kind, const std::string& key) const;
  void enter(record_kind kind, const std::string& key, const record_place& place);
  void strike(record_kind kind, const std::string& key, const record_place& place);

  const byte_store& bytes_;
  std::vector<byte_change>& changes_;
  std::map<std::string, std::optional<record_place>> seen_; ///< by the key of the place
  std::vector<order_step> steps_;
};

} // namespace fedloom::storage
