#include "actors/package/package_admission.hpp"

namespace fedloom::package {

domain::expected<shelved_package> admit(const std::filesystem::path& archive, std::string_view signature,
                                        const package_trust& trust, const package_shelf& shelf) {
  if (!trust.keys.empty()) {
    if (signature.empty())
      return domain::failure(domain::errc::denied, "the compute package " + archive.filename().string() +
                                                       " is not signed, and only signed ones are run here");
    if (const auto verified = security::verify_minisign(archive, signature, trust.keys); !verified)
      return tl::unexpected(verified.error());
  }
  return shelf.put(archive, trust.checksum, trust.limits);
}

} // namespace fedloom::package
