#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/ids.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedloom::storage {

/// Archives of compute packages, known by the SHA-256 of their bytes. Implementations: in files and in memory; one
/// contract suite holds both. All members may be called from any thread.
class package_store {
public:
  virtual ~package_store() = default;
  /// Returns when the archive is durable. `malformed` when the bytes have another digest: nothing is stored then.
  /// Storing what is there already is a no-op.
  virtual domain::expected<void> put(const domain::package_digest& id, domain::byte_span archive) = 0;
  /// The same with the content of a file, which stays where it is. One on the same disk is linked and not copied:
  /// nobody may write to it any more.
  virtual domain::expected<void> put_file(const domain::package_digest& id, const std::filesystem::path& file) = 0;
  /// Mapped read-only; the digest is computed and compared: `storage_failed` on a mismatch, `not_found` if absent.
  virtual domain::expected<domain::shared_bytes> get(const domain::package_digest& id) const = 0;
  virtual bool has(const domain::package_digest& id) const = 0;
  /// Who has it open goes on reading it. No error if it is absent.
  virtual domain::expected<void> remove(const domain::package_digest& id) = 0;
  virtual std::vector<domain::package_digest> list() const = 0; ///< in the order of the digests
};

/// One file per archive, `<digest>.tgz`, in `folder`, which is created if need be and belongs to one process. What a
/// crash left half-written is removed. `storage_failed` if the folder cannot be used.
domain::expected<std::unique_ptr<package_store>> open_file_package_store(const std::string& folder);
std::unique_ptr<package_store> make_memory_package_store();

} // namespace fedloom::storage
