#pragma once
#include "actors/client/work.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace fedloom::client {

/// Where a client's updates lie until a receipt says that they may go (I-5). What it keeps and what gives way decides
/// kept_updates; the store does as it is told. Any thread.
class update_store {
public:
  virtual ~update_store() = default;
  /// Takes the place of what lies there under the same key. Returns when it outlives this process, if the store does:
  /// the bytes to work with from now on. `storage_full` or `storage_failed`: nothing has changed.
  virtual domain::expected<domain::shared_bytes> put(stored_update what) = 0;
  /// The update serves another attempt of its round; nothing happens if it is not there. On an error a later process
  /// finds it under its former key, which costs a question to the combiner and no work.
  virtual domain::expected<void> move(const domain::round_key& from, const domain::round_key& to) = 0;
  virtual void drop(const domain::round_key& round) = 0;
  /// All of them, the oldest first.
  virtual std::vector<stored_update> all() const = 0;
};

/// Ends with the process: for data owners that are linked into it, and keep the buffers that they trained.
std::unique_ptr<update_store> make_memory_update_store();

struct opened_update_store {
  std::unique_ptr<update_store> store;
  std::vector<domain::error> damaged; ///< what was found and cannot be used
};

/// One file per update in `folder`, which is made if need be. Reads all that lies there, and checks it against its
/// digests, before it returns. `storage_failed` if the folder cannot be used, or has updates of a
/// newer version; then nothing in it is touched.
domain::expected<opened_update_store> open_file_update_store(const std::filesystem::path& folder);

} // namespace fedloom::client
