#include "services/controller/routes/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace fedloom::controller {

namespace {

constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

} // namespace

std::string to_http_date(domain::timestamp when) {
  const auto midnight = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day day{midnight};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(when - midnight)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02ld:%02ld:%02ld GMT",
                weekdays[std::chrono::weekday{midnight}.c_encoding()], static_cast<unsigned>(day.day()),
                months[static_cast<unsigned>(day.month()) - 1], static_cast<int>(day.year()),
                static_cast<long>(time.hours().count()), static_cast<long>(time.minutes().count()),
                static_cast<long>(time.seconds().count()));
  return text.data();
}

std::optional<domain::timestamp> from_http_date(std::string_view text) {
  std::array<char, 4> month{};
  unsigned day = 0;
  int year = 0;
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  constexpr int parts = 6;
  if (std::sscanf(std::string{text}.c_str(), "%*3c, %2u %3c %4d %2d:%2d:%2d GMT", &day, month.data(), &year, &hours,
                  &minutes, &seconds) != parts) {
    return std::nullopt;
  }
  const auto name = std::ranges::find(months, std::string_view{month.data()});
  if (name == months.end()) {
    return std::nullopt;
  }
  const auto number = static_cast<unsigned>(name - months.begin()) + 1;
  const domain::timestamp when =
      std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{number} / std::chrono::day{day}} +
      std::chrono::hours{hours} + std::chrono::minutes{minutes} + std::chrono::seconds{seconds};
  // Dates that do not exist, or are written in another way, do not come back as they were.
  return to_http_date(when) == text ? std::optional(when) : std::nullopt;
}

} // namespace fedloom::controller
