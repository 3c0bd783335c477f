#include "actors/client/runtime/launcher/options.hpp"

#include <charconv>

namespace fedloom::client::launcher {
namespace {

using domain::errc;
using domain::failure;

std::optional<std::uint64_t>* number_for(options& into, const std::string& name) {
  if (name == "--address-space")
    return &into.address_space;
  if (name == "--cpu-seconds")
    return &into.cpu_seconds;
  if (name == "--file-bytes")
    return &into.file_bytes;
  if (name == "--open-files")
    return &into.open_files;
  return name == "--processes" ? &into.processes : nullptr;
}

domain::expected<void> take(options& into, const std::string& name, const std::string& value) {
  const auto wrong = [&] { return failure(errc::config_invalid, name + " " + value + " means nothing"); };
  if (auto* number = number_for(into, name); number != nullptr) {
    std::uint64_t parsed = 0;
    const auto end = value.data() + value.size();
    if (const auto read = std::from_chars(value.data(), end, parsed); read.ec != std::errc{} || read.ptr != end)
      return wrong();
    *number = parsed;
  } else if (name == "--filter" && (value == "network" || value == "no-network")) {
    into.filter = true;
    into.network = value == "network";
  } else if (name == "--read") {
    into.read.push_back(value);
  } else if (name == "--write") {
    into.write.push_back(value);
  } else {
    return wrong();
  }
  return {};
}

} // namespace

domain::expected<options> parse(std::span<const std::string> words) {
  options result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      result.command.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (words[i] == "--keep-group") {
      result.keep_group = true;
      continue;
    }
    if (i + 1 == words.size())
      return failure(errc::config_invalid, words[i] + " needs a value");
    if (auto taken = take(result, words[i], words[i + 1]); !taken)
      return tl::unexpected(taken.error());
    ++i;
  }
  if (result.command.empty())
    return failure(errc::config_invalid, "there is no command behind --");
  return result;
}

} // namespace fedloom::client::launcher
