#pragma once
#include "messages/domain/bytes.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace fedloom::security {

using sha256_digest = std::array<std::uint8_t, 32>;

/// SHA-256 of bytes that come in parts. Uses the processor's SHA instructions where it has them. Not thread-safe; one
/// object may hash many messages one after the other.
class sha256 {
public:
  sha256();
  ~sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;

  void update(domain::byte_span bytes);
  /// The digest of everything since construction or the last `finish`; begins anew.
  sha256_digest finish();

private:
  struct context;
  std::unique_ptr<context> context_;
};

/// 64 lower-case hex digits.
std::string to_hex(const sha256_digest& digest);

/// The digest of these bytes.
sha256_digest sha256_of(domain::byte_span bytes);

} // namespace fedloom::security
