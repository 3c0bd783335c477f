#include "actors/model/zip_writer.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <zlib.h>

namespace fedloom::model {

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint32_t in_zip64 = 0xffffffff; ///< the number stands in zip64's fields
constexpr std::uint16_t plain_version = 20;
constexpr std::uint16_t zip64_version = 45;
constexpr std::uint16_t utf8_name = 1U << 11;
constexpr std::uint16_t first_day = 0x21; ///< 1980-01-01, the format's first, as NumPy writes it
constexpr std::uint64_t most_members = 0xfffe;

/// Appends numbers of the given widths.
template <class... T>
void put(std::string& out, T... numbers) {
  (out.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
}

std::uint32_t crc_of(const file_pieces& content) {
  uLong crc = 0;
  for (const auto& piece : content.pieces()) {
    crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
  }
  return static_cast<std::uint32_t>(crc);
}

/// What the local header and the directory say alike: version needed to lengths of name and of zip64's field.
struct description {
  bool zip64 = false; ///< its lengths need it
  std::uint16_t flags = 0;
  std::uint32_t crc = 0;
  std::uint64_t bytes = 0;
  std::uint16_t name_bytes = 0;

  void put_to(std::string& out, std::uint16_t version, std::uint16_t extra_bytes) const {
    const std::uint16_t stored = 0;
    const std::uint16_t midnight = 0;
    const auto length = zip64 ? in_zip64 : static_cast<std::uint32_t>(bytes);
    put(out, version, flags, stored, midnight, first_day, crc, length, length, name_bytes, extra_bytes);
  }
};

/// zip64's field: its mark, its length and those numbers that have no room elsewhere.
std::string zip64_field(bool lengths, std::uint64_t bytes, bool offset, std::uint64_t at) {
  std::string numbers;
  if (lengths) {
    put(numbers, bytes, bytes);
  }
  if (offset) {
    put(numbers, at);
  }
  std::string field;
  if (!numbers.empty()) {
    put(field, std::uint16_t{1}, static_cast<std::uint16_t>(numbers.size()));
  }
  return field + numbers;
}

} // namespace

void zip_writer::add(const std::string& name, const file_pieces& content) {
  const bool ascii = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const description what{content.size() >= zip64_from_, ascii ? std::uint16_t{0} : utf8_name, crc_of(content),
                         content.size(), static_cast<std::uint16_t>(name.size())};
  const auto at = archive_.size();
  const bool far = at >= zip64_from_;
  const auto extra = zip64_field(what.zip64, what.bytes, false, 0);
  std::string header = "PK\3\4";
  what.put_to(header, what.zip64 ? zip64_version : plain_version, static_cast<std::uint16_t>(extra.size()));
  archive_.append(header + name + extra);
  archive_.append(content);

  const auto more = zip64_field(what.zip64, what.bytes, far, at);
  directory_ += "PK\1\2";
  put(directory_, zip64_version); // the version that made it
  what.put_to(directory_, more.empty() ? plain_version : zip64_version, static_cast<std::uint16_t>(more.size()));
  put(directory_, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0}); // comment, disk, kind of content
  put(directory_, std::uint32_t{0}, far ? in_zip64 : static_cast<std::uint32_t>(at));
  directory_ += name + more;
  ++members_;
}

file_pieces zip_writer::finish() {
  const auto at = archive_.size();
  const std::uint64_t bytes = directory_.size();
  const bool zip64 = at >= zip64_from_ || bytes >= zip64_from_ || members_ > most_members;
  archive_.append(std::exchange(directory_, {}));
  std::string end;
  if (zip64) {
    constexpr std::uint64_t bytes_to_come = 44;
    const auto record = archive_.size();
    end = "PK\6\6";
    put(end, bytes_to_come, zip64_version, zip64_version, std::uint32_t{0}, std::uint32_t{0}, members_, members_, bytes,
        at);
    end += "PK\6\7";
    put(end, std::uint32_t{0}, record, std::uint32_t{1});
  }
  const auto count = zip64 ? std::uint16_t{0xffff} : static_cast<std::uint16_t>(members_);
  end += "PK\5\6";
  put(end, std::uint16_t{0}, std::uint16_t{0}, count, count, zip64 ? in_zip64 : static_cast<std::uint32_t>(bytes),
      zip64 ? in_zip64 : static_cast<std::uint32_t>(at), std::uint16_t{0});
  archive_.append(end);
  return std::move(archive_);
}

} // namespace fedloom::model
