#include "cli/progress_line.hpp"

#include <array>
#include <fmt/format.h>

namespace fedloom::cli {

std::string bytes_text(double count) {
  constexpr std::array units{"B", "kB", "MB", "GB"};
  std::size_t unit = 0;
  for (; count >= 1000 && unit + 1 < units.size(); ++unit) {
    count /= 1000;
  }
  return unit == 0 ? fmt::format("{:.0f} B", count) : fmt::format("{:.1f} {}", count, units[unit]);
}

void progress_line::show(const std::string& text) {
  if (io_.is_terminal && text != shown_) {
    io_.err << "\r\033[K" << text << std::flush;
    shown_ = text;
  }
}

void progress_line::bytes(const std::string& name, std::uint64_t done, std::uint64_t whole) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) {
    return;
  }
  next_ = now + std::chrono::milliseconds{100};
  const auto part = whole == 0 ? std::string{} : fmt::format(" of {}", bytes_text(static_cast<double>(whole)));
  show(fmt::format("{}: {}{}", name, bytes_text(static_cast<double>(done)), part));
}

void progress_line::clear() {
  if (!shown_.empty()) {
    io_.err << "\r\033[K" << std::flush;
    shown_.clear();
  }
}

} // namespace fedloom::cli
