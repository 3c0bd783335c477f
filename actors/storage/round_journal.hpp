#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/journal.hpp"

#include <functional>
#include <memory>
#include <string>
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
/// It is an index of what clients still hold, so it need not be synced: it outlives its process. A power cut may take
/// its last entries, along with the sum that they were about; the clients offer again what they keep (I-5).
class round_journal {
public:
  virtual ~round_journal() = default;

  /// Returns when the kernel has the entries, applied in their order: all of them or, on `storage_full` and
  /// `storage_failed`, none.
  virtual domain::expected<void> write(const std::vector<journal_entry>& entries) = 0;
  /// Everything, by lease. Answers without a plan or an end are left out.
  virtual domain::expected<std::vector<journalled_collection>> read() const = 0;
};

/// A journal that could not be read any more.
struct damaged_journal {
  std::string why;
  std::string moved_to; ///< the folder in which its files lie now
};

/// Opens or creates the database in `folder`. A damaged one is set aside, `lost` is told, and an empty one takes its
/// place: a power cut may well leave a hole in what was never synced, and nothing is lost by it. (The same when it has
/// to be opened anew after a failed write.) `storage_failed` says what to do (locked, unreadable, of a newer version).
domain::expected<std::unique_ptr<round_journal>>
open_rocksdb_round_journal(const std::string& folder, std::function<void(const damaged_journal&)> lost = {});
/// Forgets everything when it dies; for tests and simulation.
std::unique_ptr<round_journal> make_memory_round_journal();

} // namespace fedloom::storage
