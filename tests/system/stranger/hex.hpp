#pragma once
#include "messages/domain/bytes.hpp"

#include <string>
#include <string_view>

namespace fedloom::stranger {

/// Two lower-case digits per byte.
inline std::string to_hex(domain::byte_span bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto each : bytes) {
    text += digits[std::to_integer<unsigned>(each) >> 4U];
    text += digits[std::to_integer<unsigned>(each) & 15U];
  }
  return text;
}

/// The reverse; throws for anything else.
inline std::vector<std::byte> from_hex(const std::string& text) {
  std::vector<std::byte> bytes;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    bytes.push_back(std::byte(std::stoul(text.substr(at, 2), nullptr, 16)));
  }
  return bytes;
}

} // namespace fedloom::stranger
