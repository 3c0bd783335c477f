#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/record.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace fedloom::storage {

/// Everything that one step changes; written in one atomic, synced batch. Records are replaced whole, by these keys:
/// sessions, clients and combiners by id; rounds by (session, round, attempt); models by (session, round), or by
/// model_id while `session` is empty. So an upload and its use as a seed are two records, and the same bytes may stand
/// at two nodes.
struct batch {
  std::vector<domain::session_record> sessions{};
  std::vector<domain::round_record> rounds{};
  std::vector<domain::model_record> models{};
  std::vector<domain::client_record> clients{};
  std::vector<domain::combiner_record> combiners{};
  bool empty() const;
};

/// The controller's state. Implementations: rocksdb_round_store, memory_round_store; one contract suite holds both.
/// All members may be called from any thread. Reads see every batch whose write returned. A record that cannot be read
/// any more (a disk going bad under an open store) ends the read with std::runtime_error: an incomplete list would be
/// worse.
class round_store {
public:
  virtual ~round_store() = default;

  /// Returns when the batch is on disk: all of it or, on an error, nothing. `storage_full`: write it again later; it is
  /// taken as soon as there is room. `storage_failed`: the disk itself failed, nothing more is taken until the store is
  /// opened again, and that may find the whole batch: write the same again, or reload. An empty batch does nothing.
  virtual domain::expected<void> write(const batch& changes) = 0;
  /// Adds one to the term and returns it, synced. Called once per start, before anything listens.
  virtual domain::expected<domain::term> next_term() = 0;

  virtual std::vector<domain::session_record> sessions() const = 0;                                 ///< by created_at
  virtual domain::expected<domain::session_record> session(const domain::session_id& id) const = 0; ///< or not_found
  virtual std::vector<domain::round_record> rounds() const = 0;                                     ///< by number
  virtual std::vector<domain::round_record> rounds_of(const domain::session_id& id) const = 0; ///< by round, attempt
  virtual std::vector<domain::model_record> models() const = 0;                                ///< by committed_at
  virtual std::vector<domain::client_record> clients() const = 0;                              ///< by id
  virtual std::vector<domain::combiner_record> combiners() const = 0;                          ///< by id
  virtual std::uint64_t last_round_number() const = 0; ///< greatest round_record::number; 0: none
};

/// Looks at what a store holds before anything is written to it; an error refuses it.
using round_store_check = std::function<domain::expected<void>(const round_store&)>;

/// Opens or creates the database in `folder`; upgrades one of an older version. `storage_failed` says what to do (held
/// by another process, unreadable, damaged, of a newer version, refused by `check`), and nothing has been changed then.
domain::expected<std::unique_ptr<round_store>> open_rocksdb_round_store(const std::string& folder,
                                                                        const round_store_check& check = {});
/// Forgets everything when it dies; for tests and simulation.
std::unique_ptr<round_store> make_memory_round_store();

} // namespace fedloom::storage
