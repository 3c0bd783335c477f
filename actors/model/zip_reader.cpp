#include "actors/model/zip_reader.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <string>
#include <zlib.h>

namespace fedloom::model {

namespace {

tl::unexpected<domain::error> damaged(const std::string& what) {
  return domain::failure(domain::errc::malformed, "the archive is damaged: " + what);
}

} // namespace

/// The state of reading one member.
class zip_reader::unpacker {
public:
  unpacker(const byte_source& source, const zip_member& member, std::uint64_t at)
      : source_(source), deflated_(member.deflated), expected_crc_(member.crc), at_(at),
        packed_left_(member.packed_bytes), unpacked_left_(member.unpacked_bytes) {
    constexpr int raw_deflate = -15;
    ready_ = !deflated_ || ::inflateInit2(&inflater_, raw_deflate) == Z_OK;
  }
  ~unpacker() {
    if (deflated_) {
      ::inflateEnd(&inflater_);
    }
  }
  unpacker(const unpacker&) = delete;
  unpacker& operator=(const unpacker&) = delete;

  bool read(std::span<std::byte> into) {
    if (!ready_ || into.size() > unpacked_left_ || !(deflated_ ? inflate_into(into) : copy_into(into))) {
      return false;
    }
    unpacked_left_ -= into.size();
    crc_ = ::crc32_z(crc_, reinterpret_cast<const Bytef*>(into.data()), into.size());
    return true;
  }

  /// Only a member that was read to its end can be judged.
  bool intact() const { return unpacked_left_ > 0 || crc_ == expected_crc_; }

private:
  bool copy_into(std::span<std::byte> into) {
    const auto from = at_;
    at_ += into.size();
    return source_.read(from, into);
  }

  bool inflate_into(std::span<std::byte> into) {
    while (!into.empty()) {
      // Without any input left there may still be output: then inflate says so by making no progress.
      if (inflater_.avail_in == 0 && packed_left_ > 0 && !refill()) {
        return false;
      }
      const auto room = static_cast<uInt>(std::min(into.size(), std::size_t{1} << 30));
      inflater_.next_out = reinterpret_cast<Bytef*>(into.data());
      inflater_.avail_out = room;
      const int status = ::inflate(&inflater_, Z_NO_FLUSH);
      into = into.subspan(room - inflater_.avail_out);
      if (status != Z_OK && !(status == Z_STREAM_END && into.empty())) {
        return false;
      }
    }
    return true;
  }

  bool refill() {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(packed_left_, buffer_.size()));
    if (!source_.read(at_, std::span(buffer_).first(count))) {
      return false;
    }
    at_ += count;
    packed_left_ -= count;
    inflater_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    inflater_.avail_in = static_cast<uInt>(count);
    return true;
  }

  const byte_source& source_;
  bool deflated_;
  bool ready_ = false;
  std::uint32_t expected_crc_;
  uLong crc_ = 0;
  std::uint64_t at_; ///< in the archive
  std::uint64_t packed_left_;
  std::uint64_t unpacked_left_;
  z_stream inflater_{};
  std::array<std::byte, std::size_t{1} << 16> buffer_;
};

zip_reader::zip_reader(std::unique_ptr<byte_source> source, zip_directory directory)
    : source_(std::move(source)), directory_(std::move(directory)) {}
zip_reader::~zip_reader() = default;
zip_reader::zip_reader(zip_reader&&) noexcept = default;
zip_reader& zip_reader::operator=(zip_reader&&) noexcept = default;

domain::expected<zip_reader> zip_reader::open(std::unique_ptr<byte_source> archive, std::size_t member_limit) {
  auto directory = read_directory(*archive, member_limit);
  if (!directory) {
    return tl::unexpected(std::move(directory.error()));
  }
  return zip_reader(std::move(archive), std::move(*directory));
}

domain::expected<void> zip_reader::enter(const zip_member& member) {
  const auto at = find_member(*source_, directory_, member);
  if (!at) {
    return tl::unexpected(at.error());
  }
  member_ = std::make_unique<unpacker>(*source_, member, *at);
  return {};
}

domain::expected<void> zip_reader::read(std::span<std::byte> into) {
  constexpr std::size_t slice_bytes = std::size_t{1} << 18; // so that the checksum reads from the cache
  assert(member_ != nullptr);
  while (!into.empty()) {
    const auto slice = into.first(std::min(into.size(), slice_bytes));
    if (!member_->read(slice)) {
      return damaged("a member ends before its end");
    }
    into = into.subspan(slice.size());
  }
  return {};
}

domain::expected<void> zip_reader::leave() {
  assert(member_ != nullptr);
  const bool intact = member_->intact();
  member_.reset();
  return intact ? domain::expected<void>{} : damaged("a member's checksum is wrong");
}

} // namespace fedloom::model
