#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/journal.hpp"

#include <memory>
#include <variant>
#include <vector>

namespace fedloom::storage {

/// Nothing of this lease is needed any more.
struct forgotten_lease {
  domain::lease_id lease;
  bool operator==(const forgotten_lease&) const = default;
};

/// One line of a combiner's journal. A plan begins its lease anew: answers of before are forgotten. An answer replaces
/// the client's last one. An end takes the plan's place; the answers stay.
using journal_entry =
    std::variant<domain::journalled_plan, domain::journalled_answer, domain::journalled_end, forgotten_lease>;

/// What the entries of one lease add up to.
struct journalled_collection {
  std::variant<domain::journalled_plan, domain::journalled_end> state;
  std::vector<domain::contribution> answers; ///< by client
  bool operator==(const journalled_collection&) const = default;
};

/// Which collections a combiner has, and whose updates are in them: never tensors, those stand in the clients until the
/// round ends. Implementations: rocksdb_round_journal, memory_round_journal; one contract suite holds both. Any thread.
///
/// It is an index of what clients still hold, so it need not be synced: it outlives its process. A power cut may take its
/// last entries, along with the sum that they were about; the clients offer again what they keep (I-5).
class round_journal {
public:
  virtual ~round_journal() = default;

  /// Returns when the kernel has the entries, applied in their order: all of them or, on `storage_full` and
  /// `storage_failed`, none.
  virtual domain::expected<void> write(const std::vector<journal_entry>& entries) = 0;
  /// Everything, by lease. Answers without a plan or an end are left out.
  virtual domain::expected<std::vector<journalled_collection>> read() const = 0;
};

/// Opens or creates the database in `folder`. `storage_failed` says what to do (locked, unreadable, damaged).
domain::expected<std::unique_ptr<round_journal>> open_rocksdb_round_journal(const std::string& folder);
/// Forgets everything when it dies; for tests and simulation.
std::unique_ptr<round_journal> make_memory_round_journal();

} // namespace fedloom::storage
