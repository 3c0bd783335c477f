#include "actors/package/ignore_rules.hpp"

#include "actors/storage/durable_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fnmatch.h>
#include <fstream>
#include <sstream>
#include <system_error>

namespace fedloom::package {
namespace {

std::string_view stripped(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const auto begin = std::min(line.find_first_not_of(blanks), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_last_not_of(blanks) + 1);
}

} // namespace

ignore_rules::ignore_rules(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto pattern = stripped(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pattern.size() > 1 && pattern.ends_with('/'))
      pattern.remove_suffix(1);
    if (!pattern.empty() && !pattern.starts_with('#'))
      patterns_.emplace_back(pattern);
  }
}

domain::expected<ignore_rules> ignore_rules::of(const std::filesystem::path& folder) {
  const auto file = folder / ".fednignore";
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown))
    return ignore_rules("");
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  if (!text)
    return tl::unexpected(storage::file_error("read", file, EIO));
  return ignore_rules(text.str());
}

bool ignore_rules::ignores(const std::filesystem::path& relative) const {
  const auto whole = relative.generic_string();
  const auto name = relative.filename().string();
  // As Python's fnmatch: a backslash is a letter, and neither / nor a leading dot is special.
  const auto matches = [](const std::string& pattern, const std::string& text) {
    return ::fnmatch(pattern.c_str(), text.c_str(), FNM_NOESCAPE) == 0;
  };
  return std::ranges::any_of(patterns_, [&](const auto& one) { return matches(one, whole) || matches(one, name); });
}

} // namespace fedloom::package
