#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/ids.hpp"

#include <memory>
#include <string>
#include <vector>

namespace fedloom::storage {

/// A model stream on its way into a store, piece by piece beside its making. Left unfinished, nothing of it stays. One
/// thread at a time.
class model_writer {
public:
  virtual ~model_writer() = default;
  virtual domain::expected<void> append(domain::byte_span bytes) = 0;
  /// Does most of what `finish` has to wait for, as soon as all is appended; the id need not be known yet.
  virtual domain::expected<void> sync() = 0;
  /// As model_store::put, for all that was appended.
  virtual domain::expected<void> finish(const domain::model_id& id) = 0;
};

/// Content-addressed model streams. Implementations: file_model_store, memory_model_store; one contract suite holds
/// both. All members may be called from any thread.
class model_store {
public:
  virtual ~model_store() = default;
  /// Returns when the stream is durable under its id (temporary name, fsync, rename, fsync of the folder). The caller
  /// vouches that `id` is model::id_of(stream). Storing what is there already is a no-op; a file of a wrong length is
  /// replaced.
  virtual domain::expected<void> put(const domain::model_id& id, domain::byte_span stream) = 0;
  /// The same in pieces. By default they are gathered, and put when they are whole.
  virtual std::unique_ptr<model_writer> begin();
  /// The stream, mapped read-only; its id is computed and compared (I-2): `storage_failed` on a mismatch, `not_found`
  /// if absent.
  virtual domain::expected<domain::shared_bytes> get(const domain::model_id& id) const = 0;
  virtual bool has(const domain::model_id& id) const = 0;
  /// Who has it open goes on reading it. No error if it is absent.
  virtual domain::expected<void> remove(const domain::model_id& id) = 0;
  virtual std::vector<domain::model_id> list() const = 0; ///< in the order of the ids
};

/// One file per model, `<id>.flm`, in `folder`, which is created if need be and belongs to one process. What a crash
/// left half-written is removed. `storage_failed` if the folder cannot be used.
domain::expected<std::unique_ptr<model_store>> open_file_model_store(const std::string& folder);
std::unique_ptr<model_store> make_memory_model_store();

} // namespace fedloom::storage
