#pragma once
#include "cli/context.hpp"

#include <chrono>
#include <cstdint>

namespace fedloom::cli {

/// "12.3 MB"
std::string bytes_text(double count);

/// A line on a terminal that is written anew while something goes on, and gone afterwards. Nothing on anything else.
class progress_line {
public:
  explicit progress_line(console& io) : io_(io) {}
  ~progress_line() { clear(); }
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void show(const std::string& text);
  /// A transfer, some times a second.
  void bytes(const std::string& name, std::uint64_t done, std::uint64_t whole);
  /// Before anything else is written.
  void clear();

private:
  console& io_;
  std::string shown_;
  std::chrono::steady_clock::time_point next_;
};

} // namespace fedloom::cli
