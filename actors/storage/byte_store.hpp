#pragma once
#include "actors/storage/record_tables.hpp"
#include "messages/domain/expected.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What lies under a round_store: ordered keys and values, in memory or in RocksDB. Only for the .cpp files of this
/// folder.
namespace fedloom::storage {

/// The first five have a kind of record each; all later kinds share `entities`. Positions in the database's layout.
enum class byte_family : std::size_t { sessions, rounds, models, clients, combiners, entities, index, meta };
inline constexpr std::size_t byte_families = 8;

struct byte_change {
  byte_family in = byte_family::meta;
  std::string key;
  std::optional<std::string> value; ///< none: it goes
};

/// Keys that begin with `prefix`: forwards those from `from` on, backwards those before it.
struct byte_range {
  std::string prefix;
  std::string from{};
  bool backwards = false;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

/// False ends the scan. Must not use the store.
using byte_visitor = std::function<bool(std::string_view key, domain::byte_span value)>;

/// Any thread. A scan sees a batch whole or not at all.
class byte_store {
public:
  virtual ~byte_store() = default;
  virtual domain::expected<void> apply(const std::vector<byte_change>& changes) = 0;
  virtual domain::expected<std::string> get(byte_family from, const std::string& key) const = 0;
  virtual domain::expected<void> scan(byte_family from, const byte_range& which, const byte_visitor& with) const = 0;
};

/// Where the records of a kind stand: the family, and what their keys begin with there.
struct record_home {
  byte_family family = byte_family::entities;
  std::string prefix;
};
record_home home_of(record_kind kind);

} // namespace fedloom::storage
