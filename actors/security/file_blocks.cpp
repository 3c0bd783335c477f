#include "actors/security/file_blocks.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace fedloom::security {

domain::expected<void> for_each_block(const std::filesystem::path& file,
                                      const std::function<void(domain::byte_span)>& take) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(file, unknown))
    return domain::failure(domain::errc::not_found, "there is no file " + file.string());
  std::ifstream in(file, std::ios::binary);
  std::array<std::byte, 64 * 1024> block;
  while (in.good()) {
    in.read(reinterpret_cast<char*>(block.data()), block.size());
    take({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (!in.eof())
    return domain::failure(domain::errc::storage_failed, "cannot read " + file.string() + ": " + std::strerror(errno));
  return {};
}

} // namespace fedloom::security
