#pragma once
#include "actors/kernel/logger.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace fedloom::kernel {

/// What stands on every line.
struct log_head {
  std::chrono::system_clock::time_point time;
  log_level level = log_level::info;
  std::string_view service;
  std::string_view component;
  std::string_view event;
};

/// One JSON object without a line break, always valid: bytes that are not UTF-8 become U+FFFD, and numbers that JSON
/// does not know become the strings "nan", "inf" and "-inf".
std::string to_json_line(const log_head& head, std::span<const log_field> fields);

} // namespace fedloom::kernel
