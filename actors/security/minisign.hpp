#pragma once
#include "messages/domain/expected.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

/// Signatures of files in the format of minisign (https://jedisct1.github.io/minisign), of which this is the verifying
/// half: Ed25519, over the file itself ("Ed") or its BLAKE2b-512 ("ED"), with a signed comment.
namespace fedloom::security {

struct minisign_key {
  std::array<std::uint8_t, 8> id{};
  std::array<std::uint8_t, 32> point{};
  bool operator==(const minisign_key&) const = default;
};

/// As minisign shows it: 16 upper-case hex digits.
std::string to_hex_id(const minisign_key& key);

/// Reads a public key: the content of a .pub file, or its second line alone. `malformed` for anything else.
domain::expected<minisign_key> parse_minisign_key(std::string_view text);

/// The signed comment of `signature`, the content of a .minisig file, if it is one of `file` by one of `trusted`.
/// `denied`: by another key, which the text names; `digest_mismatch`: the file or the comment is not what was signed;
/// `malformed`: no signature; `too_large`: the older kind of signature, over a file of more than 1 GiB; `not_found` or
/// `storage_failed`: the file cannot be read.
domain::expected<std::string> verify_minisign(const std::filesystem::path& file, std::string_view signature,
                                              std::span<const minisign_key> trusted);

} // namespace fedloom::security
