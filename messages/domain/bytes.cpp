#include "messages/domain/bytes.hpp"

#include <algorithm>

namespace fedloom::domain {

shared_bytes shared_bytes::adopt(std::vector<std::byte> bytes) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const byte_span view{*owner};
  return {std::move(owner), view};
}

shared_bytes shared_bytes::copy_of(byte_span bytes) {
  return adopt({bytes.begin(), bytes.end()});
}
shared_bytes shared_bytes::copy_of(std::string_view text) {
  return copy_of(as_bytes(text));
}

shared_bytes shared_bytes::slice(std::size_t offset, std::size_t count) const {
  offset = std::min(offset, bytes_.size());
  return {owner_, bytes_.subspan(offset, std::min(count, bytes_.size() - offset))};
}

bool shared_bytes::operator==(const shared_bytes& other) const {
  return std::ranges::equal(bytes_, other.bytes_);
}

} // namespace fedloom::domain
