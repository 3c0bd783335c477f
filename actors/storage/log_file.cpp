#include "actors/storage/log_file.hpp"

#include <algorithm>
#include <array>

namespace fedloom::storage {

namespace {

constexpr std::size_t block_bytes = 32768;
constexpr std::size_t header_bytes = 7; // sum, length, type
enum record_type : unsigned { padding = 0, full = 1, first = 2, middle = 3, last = 4 };

constexpr auto castagnoli = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t at = 0; at < table.size(); ++at) {
    std::uint32_t sum = at;
    for (int bit = 0; bit < 8; ++bit) {
      sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78u : 0u);
    }
    table[at] = sum;
  }
  return table;
}();

std::uint32_t sum_of(domain::byte_span bytes) {
  std::uint32_t sum = ~0u;
  for (const auto byte : bytes) {
    sum = sum >> 8 ^ castagnoli[(sum ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  }
  return ~sum;
}

/// One record's header at the begin of `rest`, which holds at least those bytes.
struct header {
  explicit header(domain::byte_span rest) : rest_(rest) {}

  std::size_t length() const { return byte(4) | byte(5) << 8; }
  std::size_t end() const { return header_bytes + length(); }
  unsigned type() const { return byte(6); }
  bool is_padding() const { return type() == padding && length() == 0; }
  bool has_known_type() const { return type() >= full && type() <= last; }
  /// Whether the sum is that of a record which ends there. It covers type and content.
  bool is_sum_of(std::size_t end) const {
    const std::uint32_t masked = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    const std::uint32_t rotated = masked - 0xa282ead8u;
    return (rotated >> 17 | rotated << 15) == sum_of(rest_.subspan(6, end - 6));
  }

private:
  std::uint32_t byte(std::size_t at) const { return std::to_integer<std::uint32_t>(rest_[at]); }

  domain::byte_span rest_;
};

bool is_zero(domain::byte_span bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

/// Whether what looks like the cut beginning of one record is a whole one, or has whole ones in it.
bool hides_records(domain::byte_span rest) {
  if (header{rest}.has_known_type() && header{rest}.is_sum_of(rest.size())) {
    return true;
  }
  for (std::size_t at = 1; at + header_bytes <= rest.size(); ++at) {
    const header record{rest.subspan(at)};
    if (record.has_known_type() && at + record.end() <= rest.size() && record.is_sum_of(record.end())) {
      return true;
    }
  }
  return false;
}

/// What is wrong with the log, and where; nothing: null. `at` is where the walk stands.
const char* fault_in(domain::byte_span log, std::size_t& at) {
  bool within = false; // between a record's first and last piece
  while (at < log.size()) {
    const auto block_left = block_bytes - at % block_bytes;
    const auto rest = log.subspan(at, std::min(block_left, log.size() - at));
    if (rest.size() < header_bytes) { // the block's trailer, or a header that was being written
      at += rest.size();
      continue;
    }
    const header record{rest};
    if (record.is_padding()) { // some file systems end a file with zeros when the power goes
      return is_zero(log.subspan(at)) ? nullptr : "zeros in the middle";
    }
    if (record.end() > rest.size()) {
      const bool is_cut = rest.size() < block_left && !hides_records(rest);
      return is_cut ? nullptr : "a wrong length";
    }
    if (!record.has_known_type()) {
      return "an unknown type of record";
    }
    if (!record.is_sum_of(record.end())) {
      return "a wrong sum";
    }
    const bool continues = record.type() == middle || record.type() == last;
    if (continues != within) {
      return "a piece of a record without the others";
    }
    within = record.type() == first || record.type() == middle;
    at += record.end();
  }
  return nullptr;
}

} // namespace

domain::expected<void> check_log(domain::byte_span log, const std::string& name) {
  std::size_t at = 0;
  if (const auto* fault = fault_in(log, at)) {
    return domain::failure(domain::errc::storage_failed, name + " has " + fault + " at byte " + std::to_string(at));
  }
  return {};
}

} // namespace fedloom::storage
