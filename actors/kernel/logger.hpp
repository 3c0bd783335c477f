#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// JSON-lines logs: {"time":..,"level":"info","service":"combiner","component":"collection","event":"round-closed",...}.
/// A thin front: spdlog stays in logger.cpp. Any thread.
namespace fedloom::kernel {

enum class log_level : std::uint8_t {
  debug, ///< for the one who develops
  info,  ///< something that happens in normal life: started, joined, round closed
  warn,  ///< degraded, and handled: a client lost, an update refused
  error, ///< someone must act
};

struct log_field {
  std::string_view key;
  std::variant<std::string, std::int64_t, std::uint64_t, double, bool> value;
};

struct log_config {
  std::string service;
  log_level level = log_level::info;
  std::string file; ///< empty: standard error
};

/// Once, at the start of main. Before that, lines are dropped.
void open_log(const log_config& config);
/// `event` is a stable kebab-case id; details go into fields. Never pass a secret.
void log(log_level level, std::string_view component, std::string_view event,
         std::initializer_list<log_field> fields = {});
void flush_log();

} // namespace fedloom::kernel
