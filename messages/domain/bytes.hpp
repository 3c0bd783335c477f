#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace fedloom::domain {

using byte_span = std::span<const std::byte>;

/// Immutable bytes with shared ownership: a received frame, a slice of a model, a mapped file. Copying copies a
/// handle, never the bytes; any thread may drop the last one.
class shared_bytes {
public:
  shared_bytes() = default;
  /// `bytes` must live as long as `owner` does.
  shared_bytes(std::shared_ptr<const void> owner, byte_span bytes) : owner_(std::move(owner)), bytes_(bytes) {}
  /// Takes the vector; no copy.
  static shared_bytes adopt(std::vector<std::byte> bytes);
  static shared_bytes copy_of(byte_span bytes);
  static shared_bytes copy_of(std::string_view text);

  byte_span span() const noexcept { return bytes_; }
  const std::byte* data() const noexcept { return bytes_.data(); }
  std::size_t size() const noexcept { return bytes_.size(); }
  bool empty() const noexcept { return bytes_.empty(); }
  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

  /// The part [offset, offset + count), cut at the end; shares ownership.
  shared_bytes slice(std::size_t offset, std::size_t count) const;
  /// Compares contents.
  bool operator==(const shared_bytes& other) const;

private:
  std::shared_ptr<const void> owner_;
  byte_span bytes_;
};

/// The bytes of `text`; no copy.
inline byte_span as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

} // namespace fedloom::domain
