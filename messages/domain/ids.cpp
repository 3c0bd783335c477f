#include "messages/domain/ids.hpp"

#include <algorithm>
#include <span>

namespace fedloom::domain {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 0xf];
  }
  return text;
}

bool read_hex(std::string_view text, std::span<std::uint8_t> into) {
  if (text.size() != into.size() * 2) {
    return false;
  }
  for (std::size_t i = 0; i < into.size(); ++i) {
    const auto high = hex_digits.find(text[2 * i]);
    const auto low = hex_digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return false;
    }
    into[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

} // namespace

bool valid_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), name_character);
}

bool valid_uuid(std::string_view text) {
  if (text.size() != 36) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : hex_digits.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::string to_hex(const model_id& id) {
  return hex_of(id.value());
}
std::string to_hex(const package_digest& value) {
  return hex_of(value.value());
}

std::string to_hex(const digest& value) {
  return hex_of(value.value());
}
std::string to_hex(const token& value) {
  return hex_of(value.value());
}

expected<model_id> model_id_from_hex(std::string_view text) {
  std::array<std::uint8_t, 32> bytes{};
  if (!read_hex(text, bytes)) {
    return failure(errc::malformed, "a model id is 64 lower-case hex digits");
  }
  return model_id{bytes};
}

expected<package_digest> package_digest_from_hex(std::string_view text) {
  std::array<std::uint8_t, 32> bytes{};
  if (!read_hex(text, bytes)) {
    return failure(errc::malformed, "a package's digest is 64 lower-case hex digits");
  }
  return package_digest{bytes};
}

expected<token> token_from_hex(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  if (!read_hex(text, bytes)) {
    return failure(errc::malformed, "a token is 32 lower-case hex digits");
  }
  return token{bytes};
}

std::string to_string(const round_key& key) {
  return key.session.value() + "/" + std::to_string(key.round) + "." + std::to_string(key.attempt);
}

} // namespace fedloom::domain
