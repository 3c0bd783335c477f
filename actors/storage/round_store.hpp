#pragma once
#include "actors/storage/record_tables.hpp"
#include "messages/domain/entity.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/record.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace fedloom::storage {

/// Everything that one step changes; written in one atomic, synced batch. Records are replaced whole, by these keys:
/// rounds by (session, round, attempt); models by (session, round), or by model_id while `session` is empty; attributes
/// and measurements by number; answers by key; all else by id. So an upload and its use as a seed are two records, and
/// the same bytes may stand at two nodes.
struct batch {
  std::vector<domain::session_record> sessions{};
  std::vector<domain::round_record> rounds{};
  std::vector<domain::model_record> models{};
  std::vector<domain::client_record> clients{};
  std::vector<domain::combiner_record> combiners{};
  std::vector<domain::package_record> packages{};
  std::optional<domain::active_record> active{};
  std::vector<domain::run_record> runs{};
  std::vector<domain::prediction_record> predictions{};
  /// A number of 0 becomes the next free one. What the bounds say (record_limits) goes.
  std::vector<domain::attribute_record> attributes{};
  std::vector<domain::measurement_record> measurements{};
  std::vector<domain::answer_record> answers{};
  /// Before anything is written. No error if they are absent. A client's current attributes go with it.
  std::vector<domain::client_id> erased_clients{};
  std::vector<domain::combiner_id> erased_combiners{};
  bool empty() const;
};

/// How many records the store keeps of what grows without end: at the bound, the oldest go. A client's current
/// attributes stay.
struct record_limits {
  std::size_t attributes = 100'000;
  std::size_t measurements = 100'000;
  std::size_t answers = 10'000;
  /// A measurement of a machine (of no round) goes when the same client measures the same key so much later.
  domain::milliseconds machine_measurements{300'000};
};

/// The records of one kind as lists show them; what round_store::visit and its like are made of.
template <class Record>
struct record_list {
  static void visit(const record_tables& in, const visit_range& which, const std::function<bool(Record&&)>& with);
  static std::vector<Record> page(const record_tables& in, const visit_range& which);
  static std::size_t count(const record_tables& in);
};

/// The controller's state. Implementations: over RocksDB and in memory; one contract suite holds both. All members may
/// be called from any thread. Reads see every batch whose write returned. A record that cannot be read any more (a disk
/// going bad under an open store) ends the read with std::runtime_error: an incomplete list would be worse.
class round_store {
public:
  virtual ~round_store() = default;

  /// Returns when the batch is on disk: all of it or, on an error, nothing. `storage_full`: write it again later; it is
  /// taken as soon as there is room. `storage_failed`: the disk itself failed, nothing more is taken until the store is
  /// opened again, and that may find the whole batch: write the same again, or reload. An empty batch does nothing.
  virtual domain::expected<void> write(const batch& changes) = 0;
  /// Adds one to the term and returns it, synced. Called once per start, before anything listens.
  virtual domain::expected<domain::term> next_term() = 0;
  virtual const record_tables& tables() const = 0;

  /// Some of the records, in the order of lists: sessions by created_at; rounds, attributes and measurements by number;
  /// models and packages by committed_at; clients and combiners by joined_at; runs by started_at; predictions by
  /// asked_at; answers by `at`. Of equals, the smaller key goes first. Only the records of the range are read, and
  /// reaching it costs the same wherever it lies. The visitor answers false to end the visit; it may use the store.
  template <class Record>
  void visit(const visit_range& which, const std::function<bool(Record&&)>& with) const {
    record_list<Record>::visit(tables(), which, with);
  }
  template <class Record>
  std::vector<Record> page(const visit_range& which) const {
    return record_list<Record>::page(tables(), which);
  }
  template <class Record>
  std::size_t count() const {
    return record_list<Record>::count(tables());
  }

  /// Or `not_found`. Of the models with this id, the first.
  domain::expected<domain::session_record> find(const domain::session_id& id) const;
  domain::expected<domain::model_record> find(const domain::model_id& id) const;
  domain::expected<domain::client_record> find(const domain::client_id& id) const;
  domain::expected<domain::combiner_record> find(const domain::combiner_id& id) const;
  domain::expected<domain::package_record> find(const domain::package_id& id) const;
  domain::expected<domain::run_record> find(const domain::run_id& id) const;
  domain::expected<domain::prediction_record> find(const domain::prediction_id& id) const;
  domain::expected<domain::round_record> round(std::uint64_t number) const;
  domain::expected<domain::round_record> round(const domain::round_key& key) const;
  domain::expected<domain::attribute_record> attribute(std::uint64_t number) const;
  domain::expected<domain::measurement_record> measurement(std::uint64_t number) const;
  domain::expected<domain::answer_record> answer(const std::string& key) const;
  domain::expected<domain::session_record> session(const domain::session_id& id) const { return find(id); }

  std::vector<domain::session_record> sessions() const;                                   ///< by created_at
  std::vector<domain::round_record> rounds() const;                                       ///< by number
  std::vector<domain::round_record> rounds_of(const domain::session_id& id) const;        ///< by round, attempt
  std::vector<domain::model_record> models() const;                                       ///< by committed_at
  std::vector<domain::model_record> models_of(const domain::session_id& id) const;        ///< by round
  std::vector<domain::model_record> nodes_of(const domain::model_id& id) const;           ///< by committed_at
  std::vector<domain::client_record> clients() const;                                     ///< by id
  std::vector<domain::combiner_record> combiners() const;                                 ///< by id
  std::vector<domain::run_record> runs_of(const domain::session_id& id) const;            ///< by started_at
  std::vector<domain::attribute_record> attributes_of(const domain::client_id& id) const; ///< the current ones, by key
  domain::active_record active() const;                                                   ///< empty until it is written
  std::uint64_t last_round_number() const; ///< greatest round_record::number; 0: none
};

/// Looks at what a store holds before anything is written to it; an error refuses it.
using round_store_check = std::function<domain::expected<void>(const round_store&)>;

/// Opens or creates the database in `folder`; upgrades one of an older version. `storage_failed` says what to do (held
/// by another process, unreadable, damaged, of a newer version, refused by `check`), and nothing has been changed then.
domain::expected<std::unique_ptr<round_store>> open_rocksdb_round_store(const std::string& folder,
                                                                        const round_store_check& check = {},
                                                                        const record_limits& limits = {});
/// Forgets everything when it dies; for tests and simulation.
std::unique_ptr<round_store> make_memory_round_store(const record_limits& limits = {});

} // namespace fedloom::storage
