#include "actors/package/yaml_file.hpp"

#include <system_error>

namespace fedloom::package {

using domain::errc;
using domain::failure;

domain::expected<YAML::Node> load_map(const std::filesystem::path& file) {
  constexpr std::uintmax_t bytes_most = 1 << 20;
  std::error_code problem;
  if (!std::filesystem::is_regular_file(file, problem))
    return failure(errc::not_found, "there is no file " + file.string());
  if (std::filesystem::file_size(file, problem) > bytes_most)
    return failure(errc::config_invalid, file.string() + ": is larger than " + std::to_string(bytes_most) + " bytes");
  try {
    auto node = YAML::LoadFile(file.string());
    if (!node.IsMap())
      return failure(errc::config_invalid, file.string() + ": must be a map of keys and values");
    return node;
  } catch (const YAML::Exception& unreadable) {
    return failure(errc::config_invalid, file.string() + ": " + unreadable.what());
  }
}

} // namespace fedloom::package
