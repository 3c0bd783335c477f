#include "actors/http/message.hpp"

namespace fedloom::http {

std::string answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char one : text) {
    if (plain.find(one) != std::string_view::npos) {
      encoded += one;
    } else {
      const auto byte = static_cast<unsigned char>(one);
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return encoded;
}

} // namespace fedloom::http
