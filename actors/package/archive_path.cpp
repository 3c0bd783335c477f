#include "actors/package/archive_path.hpp"

#include <algorithm>

namespace fedloom::package {
namespace {

using domain::errc;
using domain::failure;

bool is_control(char letter) {
  return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
}

} // namespace

std::string shown_name(std::string_view name) {
  constexpr std::size_t shown_most = 120;
  std::string shown(name.substr(0, shown_most));
  for (char& letter : shown)
    if (is_control(letter) || static_cast<unsigned char>(letter) >= 0x80)
      letter = '?';
  return "'" + shown + (name.size() > shown_most ? "...'" : "'");
}

domain::expected<std::filesystem::path> archive_path(std::string_view name, const archive_limits& limits) {
  const auto refuse = [&](errc code, const std::string& why) {
    return failure(code, "the entry " + shown_name(name) + " " + why);
  };
  if (name.starts_with('/'))
    return refuse(errc::malformed, "has an absolute path");
  if (std::ranges::any_of(name, is_control))
    return refuse(errc::malformed, "has control characters in its name");
  if (name.size() > limits.path_bytes)
    return refuse(errc::too_large, "has a path of more than " + std::to_string(limits.path_bytes) + " bytes");
  std::filesystem::path result;
  std::size_t depth = 0;
  for (auto rest = name; !rest.empty();) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty() || part == ".")
      continue;
    if (part == "..")
      return refuse(errc::malformed, "climbs out of its folder with ..");
    if (part.size() > limits.name_bytes)
      return refuse(errc::too_large, "has a name of more than " + std::to_string(limits.name_bytes) + " bytes");
    if (++depth > limits.depth)
      return refuse(errc::too_large, "lies more than " + std::to_string(limits.depth) + " folders deep");
    result /= part;
  }
  return result;
}

} // namespace fedloom::package
