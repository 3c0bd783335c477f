#pragma once
#include "actors/storage/round_journal.hpp"
#include "tests/simulation/surroundings.hpp"

namespace fedloom::simulation {

/// A combiner's journal, with a history and with a disk's crashes. The process may die before a write and after it,
/// when nobody has heard that it is there. Nothing is synced: a power cut may take the last writes, or leave a hole for
/// which the journal is set aside and an empty one takes its place.
class journal_disk final : public storage::round_journal {
public:
  journal_disk(surroundings& around, std::string owner) : around_(around), owner_(std::move(owner)) {}

  domain::expected<void> write(const std::vector<storage::journal_entry>& entries) override;
  domain::expected<std::vector<storage::journalled_collection>> read() const override { return now_->read(); }

  /// A process begins: what its predecessor left is what there is.
  void reopen();

private:
  void keep(const std::vector<storage::journal_entry>& entries);
  void keep_later(const std::vector<storage::journal_entry>& entries);

  surroundings& around_;
  std::string owner_;
  std::unique_ptr<storage::round_journal> now_ = storage::make_memory_round_journal();
  std::vector<std::vector<storage::journal_entry>> written_; ///< all that `now_` is made of
};

} // namespace fedloom::simulation
