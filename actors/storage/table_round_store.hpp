#pragma once
#include "actors/storage/record_index.hpp"
#include "actors/storage/round_store.hpp"

#include <memory>
#include <mutex>

namespace fedloom::storage {

/// The one round_store, over any bytes. Only for the .cpp files of this folder.
class table_round_store final : public round_store, public record_tables {
public:
  table_round_store(std::unique_ptr<byte_store> in, const record_limits& limits)
      : bytes_(std::move(in)), index_(*bytes_), limits_(limits) {}

  /// Once, before all else: reads the index.
  domain::expected<void> load();
  /// Reads what a start needs anyway, so that a store with records that cannot be read refuses to open and not to work.
  /// Rounds are left out: they may be gigabytes, and their sums have been checked.
  domain::expected<void> check_records() const;

  domain::expected<void> write(const batch& changes) override;
  domain::expected<domain::term> next_term() override;
  const record_tables& tables() const override { return *this; }

private:
  // record_tables, beside the names of round_store
  std::size_t count(record_kind kind) const override { return index_.count(kind); }
  void visit(record_kind kind, const visit_range& which, const value_visitor& with) const override;
  void scan(record_kind kind, const std::string& prefix, const value_visitor& with) const override;
  void visit_second(record_kind kind, const std::string& second, const value_visitor& with) const override;
  domain::expected<std::string> get(record_kind kind, const std::string& key) const override;
  domain::expected<std::string> numbered(record_kind kind, std::uint64_t number) const override;
  std::uint64_t last_number(record_kind kind) const override { return index_.last(kind); }

  void visit_keys(record_kind kind, const std::vector<std::string>& keys, const value_visitor& with) const;

  const std::unique_ptr<byte_store> bytes_;
  record_index index_;
  const record_limits limits_;
  std::mutex writing_; ///< one write at a time: it looks at the index first. Reads go on
};

} // namespace fedloom::storage
