#include "actors/kernel/logger.hpp"

#include "actors/kernel/log_line.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace fedloom::kernel {

namespace {

struct open_sink {
  std::string service;
  std::unique_ptr<spdlog::logger> out;
};

constexpr int closed = 1 + static_cast<int>(log_level::error);

std::atomic<int> lowest_level{closed}; // so that a line below the level costs one load
std::mutex sink_mutex;
std::shared_ptr<open_sink> current_sink;

std::shared_ptr<open_sink> sink() {
  const std::lock_guard lock(sink_mutex);
  return current_sink;
}

spdlog::sink_ptr make_sink(const std::string& file) {
  if (file.empty()) {
    return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  } catch (const spdlog::spdlog_ex& e) {
    throw std::runtime_error("cannot open the log file " + file + ": " + e.what());
  }
}

} // namespace

void open_log(const log_config& config) {
  auto next = std::make_shared<open_sink>();
  next->service = config.service;
  next->out = std::make_unique<spdlog::logger>(config.service, make_sink(config.file));
  // The line is finished when it gets there, and every line counts after a crash: none is held back.
  next->out->set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, std::string("\n")));
  next->out->set_level(spdlog::level::trace);
  next->out->flush_on(spdlog::level::trace);
  {
    const std::lock_guard lock(sink_mutex);
    current_sink.swap(next);
  }
  lowest_level = static_cast<int>(config.level);
}

void log(log_level level, std::string_view component, std::string_view event, std::initializer_list<log_field> fields) {
  if (static_cast<int>(level) < lowest_level.load(std::memory_order_relaxed)) {
    return;
  }
  const auto to = sink();
  if (!to) {
    return;
  }
  const log_head head{std::chrono::system_clock::now(), level, to->service, component, event};
  to->out->log(spdlog::level::info, spdlog::string_view_t(to_json_line(head, {fields.begin(), fields.size()})));
}

void flush_log() {
  if (const auto to = sink()) {
    to->out->flush();
  }
}

} // namespace fedloom::kernel
