#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace fedloom::client {

/// The last `capacity` bytes of a stream of any length, in at most twice that memory.
class output_tail {
public:
  explicit output_tail(std::size_t capacity) : capacity_(capacity) {}
  void append(std::string_view bytes);
  std::string text() const;

private:
  std::size_t capacity_;
  std::string kept_;
};

/// The last lines of an entry point's output, at most `max_bytes` of whole lines where possible, as valid UTF-8 without
/// control characters: it goes into frames, logs and JSON, and the program that wrote it may have written anything.
std::string last_lines(std::string_view output, std::size_t max_bytes);

} // namespace fedloom::client
