#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// Text that came from a person, a program's output or a peer, made safe to put into frames, logs and JSON.
namespace fedloom::codec {

/// `text` with every byte that is not part of valid UTF-8 replaced by '?'; the length stays.
std::string valid_utf8(std::string_view text);
/// The first `bytes` bytes or a few less, so that no character is cut in two; valid UTF-8.
std::string head_of(std::string_view text, std::size_t bytes);
/// The same of the end: what a program printed last says why it died.
std::string tail_of(std::string_view text, std::size_t bytes);

} // namespace fedloom::codec
