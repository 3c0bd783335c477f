#pragma once
#include "actors/storage/record_index.hpp"
#include "actors/storage/round_store.hpp"

#include <map>
#include <vector>

namespace fedloom::storage {

/// Makes of one batch the changes of records, index and bounds that are written together. Only for the .cpp files of
/// this folder. Throws std::runtime_error when what it has to look at cannot be read.
class batch_writer {
public:
  batch_writer(const byte_store& in, const record_index& index, const record_limits& limits)
      : bytes_(in), index_(index), limits_(limits) {}

  void add(const batch& changes);

  const std::vector<byte_change>& changes() const noexcept { return changes_; }
  const std::vector<order_step>& steps() const noexcept { return update_.steps(); }

private:
  template <class Record>
  void put(record_kind kind, const Record& record);
  template <class Record>
  void put_all(record_kind kind, const std::vector<Record>& records);
  void put_attribute(domain::attribute_record record);
  void put_measurement(domain::measurement_record record);
  void erase(record_kind kind, const std::string& key);
  void erase_client(const domain::client_id& id);
  /// The oldest go until `limit` are left.
  void trim(record_kind kind, std::size_t limit);
  std::uint64_t next_number(record_kind kind, std::uint64_t given);

  const byte_store& bytes_;
  const record_index& index_;
  const record_limits& limits_;
  std::vector<byte_change> changes_;
  index_update update_{bytes_, changes_};
  std::map<record_kind, std::uint64_t> last_numbers_;
  std::map<std::string, std::uint64_t> current_; ///< by attribute key: the number that this batch made current
};

/// The index of a store that was written without one: of all records in the first five families.
std::vector<byte_change> index_of_all(const byte_store& in);

} // namespace fedloom::storage
