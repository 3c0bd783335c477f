#include "actors/security/sha256.hpp"

#include <cstdlib>
#include <openssl/evp.h>
#include <string_view>

namespace fedloom::security {

namespace {

/// Looked up once: a look-up per message costs more than hashing a small one.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

/// OpenSSL fails here only without memory or without its own default provider: nobody could go on.
void require(bool succeeded) {
  if (!succeeded) {
    std::abort();
  }
}

} // namespace

struct sha256::context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();

  context() { begin(); }
  ~context() { EVP_MD_CTX_free(handle); }
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  void begin() { require(handle != nullptr && EVP_DigestInit_ex2(handle, algorithm(), nullptr) == 1); }
};

sha256::sha256() : context_(std::make_unique<context>()) {}
sha256::~sha256() = default;
sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;

void sha256::update(domain::byte_span bytes) {
  require(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) == 1);
}

sha256_digest sha256::finish() {
  sha256_digest digest{};
  require(EVP_DigestFinal_ex(context_->handle, digest.data(), nullptr) == 1);
  context_->begin();
  return digest;
}

std::string to_hex(const sha256_digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const auto byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

sha256_digest sha256_of(domain::byte_span bytes) {
  sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

} // namespace fedloom::security
