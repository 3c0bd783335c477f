#include "actors/security/random.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <sys/random.h>

namespace fedloom::security {

namespace {

using sixteen_bytes = std::array<std::uint8_t, 16>;

sixteen_bytes random_bytes() {
  sixteen_bytes bytes{};
  ssize_t got = -1;
  do {
    got = ::getrandom(bytes.data(), bytes.size(), 0);
  } while (got < 0 && errno == EINTR); // a signal can only interrupt the wait for the generator's first seed
  if (got != static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
  return bytes;
}

} // namespace

domain::token random_token() {
  return domain::token{random_bytes()};
}

std::string random_uuid() {
  constexpr std::string_view digits = "0123456789abcdef";
  auto bytes = random_bytes();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40); // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80); // RFC 4122's variant
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      text += '-';
    }
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 0x0f];
  }
  return text;
}

} // namespace fedloom::security
