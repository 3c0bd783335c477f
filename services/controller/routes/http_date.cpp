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

namespace {

/// Takes `count` digits away from the front.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count || !std::ranges::all_of(text.substr(0, count), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  for (const char digit : text.substr(0, count)) {
    value = value * 10 + (digit - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  const bool found = !text.empty() && any_of.find(text.front()) != std::string_view::npos;
  text.remove_prefix(found ? 1 : 0);
  return found;
}

/// "13:42" or, if `to_seconds`, "13:42:54".
std::optional<domain::milliseconds> take_time(std::string_view& text, bool to_seconds) {
  const auto hours = take_number(text, 2);
  const auto minutes = hours && take(text, ":") ? take_number(text, 2) : std::nullopt;
  const auto seconds =
      !to_seconds ? std::optional(0) : (minutes && take(text, ":") ? take_number(text, 2) : std::nullopt);
  if (!minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59) {
    return std::nullopt;
  }
  return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + std::chrono::seconds{*seconds};
}

/// ".5" is 500 ms; what is finer is dropped.
domain::milliseconds take_fraction(std::string_view& text) {
  domain::milliseconds sum{0};
  if (take(text, ".")) {
    for (int unit = 100; const auto digit = take_number(text, 1); unit /= 10) {
      sum += domain::milliseconds{*digit * unit};
    }
  }
  return sum;
}

/// Nothing, "Z", or how far the text is ahead of UTC.
std::optional<domain::milliseconds> take_offset(std::string_view& text) {
  if (text.empty() || take(text, "Zz")) {
    return domain::milliseconds{0};
  }
  const bool is_behind = text.front() == '-';
  const auto offset = take(text, "+-") ? take_time(text, false) : std::nullopt;
  return offset ? std::optional(is_behind ? -*offset : *offset) : std::nullopt;
}

} // namespace

std::optional<domain::timestamp> date_of(std::string_view text) {
  if (const auto http = from_http_date(text)) {
    return http;
  }
  const auto year = take_number(text, 4);
  const auto month = year && take(text, "-") ? take_number(text, 2) : std::nullopt;
  const auto day = month && take(text, "-") ? take_number(text, 2) : std::nullopt;
  if (!day) {
    return std::nullopt;
  }
  const auto date = std::chrono::year{*year} / std::chrono::month{static_cast<unsigned>(*month)} /
                    std::chrono::day{static_cast<unsigned>(*day)};
  if (!date.ok()) {
    return std::nullopt;
  }
  domain::timestamp when = std::chrono::sys_days{date};
  if (text.empty()) {
    return when;
  }
  const auto time = take(text, "Tt ") ? take_time(text, true) : std::nullopt;
  if (!time) {
    return std::nullopt;
  }
  when += *time + take_fraction(text);
  const auto offset = take_offset(text);
  return offset && text.empty() ? std::optional(when - *offset) : std::nullopt;
}

} // namespace fedloom::controller
