#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// JSON-lines logs:
/// {"time":..,"level":"info","service":"combiner","component":"collection","event":"round-closed",...}. A thin front:
/// spdlog stays in logger.cpp. Any thread.
namespace fedloom::kernel {

enum class log_level : std::uint8_t {
  debug, ///< for the one who develops
  info,  ///< something that happens in normal life: started, joined, round closed
  warn,  ///< degraded, and handled: a client lost, an update refused
  error, ///< someone must act
};

/// Text, an integer of any width, a floating-point number or a bool.
class log_value {
public:
  using variant = std::variant<std::string, std::int64_t, std::uint64_t, double, bool>;

  log_value(bool truth) : content_(truth) {}
  log_value(std::signed_integral auto number) : content_(static_cast<std::int64_t>(number)) {}
  log_value(std::unsigned_integral auto number) : content_(static_cast<std::uint64_t>(number)) {}
  log_value(std::floating_point auto number) : content_(static_cast<double>(number)) {}
  log_value(std::string text) : content_(std::move(text)) {}
  log_value(std::string_view text) : content_(std::string(text)) {}
  log_value(const char* text) : content_(std::string(text)) {}

  const variant& content() const noexcept { return content_; }

private:
  variant content_;
};

struct log_field {
  std::string_view key; ///< none of the keys above
  log_value value;
};

struct log_config {
  std::string service;
  log_level level = log_level::info;
  std::string file; ///< empty: standard error; otherwise appended to
};

/// Once, at the start of main. Before that, lines are dropped. Throws std::runtime_error if the file cannot be opened.
void open_log(const log_config& config);
/// `event` is a stable kebab-case id; details go into fields. Never pass a secret.
void log(log_level level, std::string_view component, std::string_view event,
         std::initializer_list<log_field> fields = {});
void flush_log();

} // namespace fedloom::kernel
