#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

/// What a round_store's reads are made of: records as bytes, by kind. Who wraps a store (to record or to break it)
/// passes these on.
namespace fedloom::storage {

enum class record_kind : std::uint8_t {
  session = 0,
  round = 1,
  model = 2,
  client = 3,
  combiner = 4,
  package = 5,
  active = 6,
  run = 7,
  prediction = 8,
  attribute = 9,
  measurement = 10,
  answer = 11,
  current_attribute = 12, ///< the newest of each client and key, once more
};

/// A page of the records of one kind, in the order of lists: see round_store::visit.
struct visit_range {
  bool newest_first = false;
  std::size_t skip = 0;
  std::size_t take = std::numeric_limits<std::size_t>::max();
};

/// False ends the visit.
using value_visitor = std::function<bool(domain::byte_span value)>;

class record_tables {
public:
  virtual ~record_tables() = default;
  virtual std::size_t count(record_kind kind) const = 0;
  virtual void visit(record_kind kind, const visit_range& which, const value_visitor& with) const = 0;
  /// All whose key begins with `prefix`, in the order of the keys.
  virtual void scan(record_kind kind, const std::string& prefix, const value_visitor& with) const = 0;
  /// Those with this second key (record_keys.hpp), in the order of lists.
  virtual void visit_second(record_kind kind, const std::string& second, const value_visitor& with) const = 0;
  /// `not_found` or why it cannot be read.
  virtual domain::expected<std::string> get(record_kind kind, const std::string& key) const = 0;
  /// The first with this number in the order of lists.
  virtual domain::expected<std::string> numbered(record_kind kind, std::uint64_t number) const = 0;
  virtual std::uint64_t last_number(record_kind kind) const = 0; ///< 0: none
};

} // namespace fedloom::storage
