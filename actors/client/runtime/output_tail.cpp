#include "actors/client/runtime/output_tail.hpp"

namespace fedloom::client {
namespace {

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Length of the UTF-8 sequence that begins `text`; 0 if none does.
std::size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  std::size_t length = 0;
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    length = 2;
  else if (first >= 0xE0 && first <= 0xEF)
    length = 3;
  else if (first >= 0xF0 && first <= 0xF4)
    length = 4;
  if (length == 0 || text.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i]))
      return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  // Overlong forms, surrogates and code points above U+10FFFF show in the second byte.
  const bool valid = !(first == 0xE0 && second < 0xA0) && !(first == 0xED && second > 0x9F) &&
                     !(first == 0xF0 && second < 0x90) && !(first == 0xF4 && second > 0x8F);
  return valid ? length : 0;
}

bool is_control(char byte) {
  return (static_cast<unsigned char>(byte) < 0x20 && byte != '\n') || byte == 0x7F;
}

} // namespace

void output_tail::append(std::string_view bytes) {
  if (bytes.size() >= capacity_) {
    kept_.assign(bytes.substr(bytes.size() - capacity_));
    return;
  }
  kept_.append(bytes);
  if (kept_.size() > 2 * capacity_)
    kept_.erase(0, kept_.size() - capacity_);
}

std::string output_tail::text() const {
  return kept_.size() > capacity_ ? kept_.substr(kept_.size() - capacity_) : kept_;
}

std::string last_lines(std::string_view output, std::size_t max_bytes) {
  while (!output.empty() && (output.back() == '\n' || output.back() == '\r' || output.back() == ' '))
    output.remove_suffix(1);
  if (output.size() > max_bytes) {
    output.remove_prefix(output.size() - max_bytes);
    if (const auto line = output.find('\n'); line != std::string_view::npos)
      output.remove_prefix(line + 1);
    while (!output.empty() && is_continuation(output.front()))
      output.remove_prefix(1);
  }
  std::string clean;
  clean.reserve(output.size());
  while (!output.empty()) {
    const auto length = sequence_length(output);
    if (length == 0)
      clean += '?';
    else if (length == 1 && is_control(output.front()))
      clean += ' ';
    else
      clean += output.substr(0, length);
    output.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

} // namespace fedloom::client
