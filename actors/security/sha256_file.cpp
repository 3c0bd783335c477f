#include "actors/security/sha256_file.hpp"

#include "actors/security/file_blocks.hpp"

namespace fedloom::security {

domain::expected<sha256_digest> sha256_of_file(const std::filesystem::path& file) {
  sha256 hash;
  return for_each_block(file, [&](domain::byte_span block) { hash.update(block); }).map([&] { return hash.finish(); });
}

} // namespace fedloom::security
