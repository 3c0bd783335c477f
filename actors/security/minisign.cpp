#include "actors/security/minisign.hpp"

#include "actors/security/file_blocks.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sodium.h>
#include <system_error>
#include <vector>

namespace fedloom::security {
namespace {

using domain::errc;
using domain::failure;
using bytes = std::vector<std::uint8_t>;

constexpr std::string_view untrusted_comment = "untrusted comment:";
constexpr std::string_view trusted_comment = "trusted comment: ";
constexpr std::string_view of_the_file = "Ed"; ///< also stands before keys
constexpr std::string_view of_its_hash = "ED";
constexpr std::size_t text_most = 64 * 1024;
constexpr std::uint64_t whole_file_most = std::uint64_t{1} << 30;

struct signature_parts {
  std::string kind;
  std::array<std::uint8_t, 8> key_id{};
  std::array<std::uint8_t, crypto_sign_BYTES> of_file{};
  std::string comment;
  std::array<std::uint8_t, crypto_sign_BYTES> of_comment{};
};

void require_sodium() {
  if (::sodium_init() < 0)
    std::abort(); // without its generator and its choice of instructions nothing it says could be relied on
}

/// The next line of `text`, without its end.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// Exactly `size` bytes in base 64.
std::optional<bytes> decode(std::string_view line, std::size_t size) {
  bytes result(size + 1);
  std::size_t count = 0;
  if (::sodium_base642bin(result.data(), result.size(), line.data(), line.size(), nullptr, &count, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
      count != size)
    return std::nullopt;
  result.resize(size);
  return result;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> part(const bytes& from, std::size_t offset) {
  std::array<std::uint8_t, Size> result{};
  std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(offset), Size, result.begin());
  return result;
}

domain::expected<signature_parts> parse_signature(std::string_view text) {
  const auto refuse = [](const char* what) {
    return failure(errc::malformed, std::string("the signature is not in minisign's format: ") + what);
  };
  if (text.size() > text_most)
    return refuse("it is too long");
  if (!take_line(text).starts_with(untrusted_comment))
    return refuse("its first line is no untrusted comment");
  const auto first = decode(take_line(text), 2 + 8 + crypto_sign_BYTES);
  if (!first)
    return refuse("its second line holds no signature");
  signature_parts result;
  result.kind = {static_cast<char>((*first)[0]), static_cast<char>((*first)[1])};
  if (result.kind != of_the_file && result.kind != of_its_hash)
    return refuse("its kind is unknown");
  result.key_id = part<8>(*first, 2);
  result.of_file = part<crypto_sign_BYTES>(*first, 10);
  const auto comment = take_line(text);
  if (!comment.starts_with(trusted_comment))
    return refuse("its third line is no trusted comment");
  result.comment = comment.substr(trusted_comment.size());
  const auto last = decode(take_line(text), crypto_sign_BYTES);
  if (!last)
    return refuse("its fourth line holds no signature of the comment");
  result.of_comment = part<crypto_sign_BYTES>(*last, 0);
  return result;
}

/// What was signed: the file's hash, or the file.
domain::expected<bytes> signed_bytes(const std::filesystem::path& file, const std::string& kind) {
  if (kind == of_its_hash) {
    bytes hash(crypto_generichash_BYTES_MAX);
    crypto_generichash_state state;
    ::crypto_generichash_init(&state, nullptr, 0, hash.size());
    return for_each_block(file,
                          [&](domain::byte_span block) {
                            ::crypto_generichash_update(&state, reinterpret_cast<const std::uint8_t*>(block.data()),
                                                        block.size());
                          })
        .map([&] {
          ::crypto_generichash_final(&state, hash.data(), hash.size());
          return hash;
        });
  }
  std::error_code unknown;
  if (std::filesystem::file_size(file, unknown) > whole_file_most && !unknown)
    return failure(errc::too_large, file.string() + " is too large for a signature that is not over a hash");
  bytes content;
  return for_each_block(file,
                        [&](domain::byte_span block) {
                          const auto* begin = reinterpret_cast<const std::uint8_t*>(block.data());
                          content.insert(content.end(), begin, begin + block.size());
                        })
      .map([&] { return std::move(content); });
}

bool verifies(std::span<const std::uint8_t, crypto_sign_BYTES> signature, const bytes& message,
              const minisign_key& key) {
  return ::crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.point.data()) == 0;
}

} // namespace

std::string to_hex_id(const minisign_key& key) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const auto byte : key.id)
    text.insert(0, {digits[byte >> 4U], digits[byte & 0xFU]}); // a little-endian number
  return text;
}

domain::expected<minisign_key> parse_minisign_key(std::string_view text) {
  if (text.starts_with(untrusted_comment))
    take_line(text);
  const auto decoded = decode(take_line(text), 2 + 8 + 32);
  if (!decoded || (*decoded)[0] != 'E' || (*decoded)[1] != 'd')
    return failure(errc::malformed, "the text is no public key of minisign, which begins with RW");
  return minisign_key{part<8>(*decoded, 2), part<32>(*decoded, 10)};
}

domain::expected<std::string> verify_minisign(const std::filesystem::path& file, std::string_view signature,
                                              std::span<const minisign_key> trusted) {
  require_sodium();
  auto parts = parse_signature(signature);
  if (!parts)
    return tl::unexpected(parts.error());
  const auto key = std::ranges::find(trusted, parts->key_id, &minisign_key::id);
  if (key == trusted.end())
    return failure(errc::denied, file.filename().string() + " is signed by the key " + to_hex_id({parts->key_id, {}}) +
                                     ", which is not among the trusted ones");
  const auto message = signed_bytes(file, parts->kind);
  if (!message)
    return tl::unexpected(message.error());
  if (!verifies(parts->of_file, *message, *key))
    return failure(errc::digest_mismatch, file.filename().string() + " is not what its signature was made for");
  bytes with_comment(parts->of_file.begin(), parts->of_file.end());
  with_comment.insert(with_comment.end(), parts->comment.begin(), parts->comment.end());
  if (!verifies(parts->of_comment, with_comment, *key))
    return failure(errc::digest_mismatch,
                   "the comment in the signature of " + file.filename().string() + " has been altered");
  return std::move(parts->comment);
}

} // namespace fedloom::security
