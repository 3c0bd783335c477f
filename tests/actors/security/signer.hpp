#pragma once
#include <cstdint>
#include <initializer_list>
#include <sodium.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace fedloom::security {

using bytes = std::vector<std::uint8_t>;

inline std::string base64(const bytes& content) {
  std::string text(sodium_base64_ENCODED_LEN(content.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), content.data(), content.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back(); // the terminating zero
  return text;
}

inline bytes joined(std::initializer_list<bytes> parts) {
  bytes all;
  for (const auto& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// Signs as minisign does.
class signer {
public:
  explicit signer(std::uint8_t id) : id_(8, id) {
    if (sodium_init() < 0)
      throw std::runtime_error("sodium");
    crypto_sign_keypair(public_.data(), secret_.data());
  }
  std::string public_key() const {
    return "untrusted comment: minisign public key\n" + base64(joined({{'E', 'd'}, id_, public_})) + "\n";
  }
  std::string sign(const std::string& content, const std::string& kind = "ED",
                   const std::string& comment = "v1") const {
    bytes message(content.begin(), content.end());
    if (kind == "ED") {
      bytes hash(64);
      crypto_generichash(hash.data(), hash.size(), message.data(), message.size(), nullptr, 0);
      message = hash;
    }
    const auto of_file = signature_of(message);
    const auto of_comment = signature_of(joined({of_file, bytes(comment.begin(), comment.end())}));
    return "untrusted comment: signature\n" + base64(joined({bytes(kind.begin(), kind.end()), id_, of_file})) +
           "\ntrusted comment: " + comment + "\n" + base64(of_comment) + "\n";
  }

private:
  bytes signature_of(const bytes& message) const {
    bytes signature(crypto_sign_BYTES);
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
    return signature;
  }

  bytes id_;
  bytes public_ = bytes(crypto_sign_PUBLICKEYBYTES);
  bytes secret_ = bytes(crypto_sign_SECRETKEYBYTES);
};

} // namespace fedloom::security
