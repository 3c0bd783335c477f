#include "messages/codec/text.hpp"

#include <algorithm>
#include <cstdint>

namespace fedloom::codec {

namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Length of the valid UTF-8 sequence that `text` begins with; 0 if it begins with none. `text` is not empty.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length ||
      !std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), continues)) {
    return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool past_the_end = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || past_the_end ? 0 : length;
}

} // namespace

std::string valid_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0) {
      clean += '?';
    } else {
      clean.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

std::string head_of(std::string_view text, std::size_t bytes) {
  if (text.size() > bytes) {
    // A character has at most three continuation bytes; more of them are garbage, which valid_utf8 deals with.
    for (int back = 0; back < 3 && bytes > 0 && continues(text[bytes]); ++back) {
      --bytes;
    }
    text = text.substr(0, bytes);
  }
  return valid_utf8(text);
}

std::string tail_of(std::string_view text, std::size_t bytes) {
  if (text.size() > bytes) {
    text.remove_prefix(text.size() - bytes);
    for (int skipped = 0; skipped < 3 && !text.empty() && continues(text.front()); ++skipped) {
      text.remove_prefix(1);
    }
  }
  return valid_utf8(text);
}

} // namespace fedloom::codec
