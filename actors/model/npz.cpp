#include "actors/model/npz.hpp"

#include "actors/model/element_order.hpp"
#include "actors/model/model_file.hpp"
#include "actors/model/npy.hpp"
#include "actors/model/stream.hpp"
#include "actors/model/zip_reader.hpp"
#include "actors/model/zip_writer.hpp"

#include <algorithm>
#include <new>
#include <string>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

constexpr std::string_view suffix = ".npy";
constexpr std::uint64_t swap_bytes_at_once = std::uint64_t{1} << 16;

/// A member of the archive whose header has been read.
struct array_source {
  zip_member member;
  npy_header header;
  std::size_t header_bytes = 0;
};

/// "0", "1", ... "10": the names that stand for positions.
bool is_position(std::string_view name) {
  return !name.empty() && name.size() <= 18 && (name == "0" || name.front() != '0') &&
         std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

/// Positions first, in numeric order; other names keep the file's order.
void sort_by_name(std::vector<array_source>& arrays) {
  std::ranges::stable_sort(arrays, [](const array_source& a, const array_source& b) {
    const std::string_view left = a.header.tensor.name;
    const std::string_view right = b.header.tensor.name;
    if (!is_position(left) || !is_position(right)) {
      return is_position(left) && !is_position(right);
    }
    return left.size() != right.size() ? left.size() < right.size() : left < right;
  });
}

domain::expected<array_source> read_header(zip_reader& zip, const zip_member& member) {
  array_source source;
  std::string text(npy_preamble_bytes, '\0');
  auto done = member.unpacked_bytes < text.size()
                  ? failure(errc::malformed, member.name + " is too short for a NumPy array")
                  : zip.enter(member).and_then([&] { return zip.read(std::as_writable_bytes(std::span(text))); });
  if (!done) {
    return tl::unexpected(std::move(done.error()));
  }
  const auto preamble = read_npy_preamble(text);
  if (!preamble) {
    return failure(preamble.error().code, member.name + ": " + preamble.error().text);
  }
  source.header_bytes = preamble->bytes + preamble->text_bytes;
  if (source.header_bytes > text.size()) {
    const auto seen = text.size();
    text.resize(source.header_bytes);
    done = zip.read(std::as_writable_bytes(std::span(text)).subspan(seen));
  }
  done = done ? zip.leave() : done;
  if (!done) {
    return tl::unexpected(std::move(done.error()));
  }
  auto header = read_npy_text(std::string_view(text).substr(preamble->bytes, preamble->text_bytes));
  if (!header) {
    return failure(header.error().code, member.name + ": " + header.error().text);
  }
  source.header = std::move(*header);
  source.header.tensor.name = member.name;
  if (source.header.tensor.name.ends_with(suffix)) {
    source.header.tensor.name.resize(member.name.size() - suffix.size());
  }
  source.member = member;
  return source;
}

/// Reads every header, no element.
domain::expected<std::vector<array_source>> read_headers(zip_reader& zip) {
  if (zip.members().empty()) {
    return failure(errc::malformed, "the archive has no arrays");
  }
  std::vector<array_source> arrays;
  for (const auto& member : zip.members()) {
    auto source = read_header(zip, member);
    if (!source) {
      return tl::unexpected(std::move(source.error()));
    }
    if (source->header.tensor.bytes() != member.unpacked_bytes - source->header_bytes) {
      return failure(errc::malformed, member.name + " is not as long as its shape says");
    }
    arrays.push_back(std::move(*source));
  }
  sort_by_name(arrays);
  return arrays;
}

class npz_source final : public tensor_source {
public:
  npz_source(zip_reader zip, std::vector<array_source> arrays) : zip_(std::move(zip)), arrays_(std::move(arrays)) {
    for (const auto& array : arrays_) {
      what_.tensors.push_back(array.header.tensor);
    }
  }

  const manifest& what() const override { return what_; }

  domain::expected<void> enter(std::size_t tensor) override {
    now_ = &arrays_[tensor];
    left_ = now_->header.tensor.bytes();
    ready_.clear();
    given_ = 0;
    std::vector<std::byte> header(now_->header_bytes);
    return zip_.enter(now_->member).and_then([&] { return zip_.read(header); });
  }

  domain::expected<void> read(std::span<std::byte> into) override {
    if (!is_swapped() && !is_transposed()) {
      return zip_.read(into);
    }
    while (!into.empty()) {
      if (given_ == ready_.size()) {
        if (auto done = prepare(); !done) {
          return done;
        }
      }
      const auto count = std::min(into.size(), ready_.size() - given_);
      std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(given_), count, into.begin());
      given_ += count;
      into = into.subspan(count);
    }
    return {};
  }

  domain::expected<void> leave() override {
    ready_ = {};
    return zip_.leave();
  }

private:
  bool is_swapped() const { return now_->header.big_endian && size_of(now_->header.tensor.type) > 1; }
  bool is_transposed() const { return now_->header.fortran_order && now_->header.tensor.shape.size() > 1; }

  /// Makes the next elements ready: all of the tensor's if their order has to change.
  domain::expected<void> prepare() {
    const auto count = is_transposed() ? left_ : std::min<std::uint64_t>(left_, swap_bytes_at_once);
    try {
      ready_.resize(count);
      given_ = 0;
      left_ -= count;
      if (auto done = zip_.read(ready_); !done) {
        return done;
      }
      if (is_swapped()) {
        swap_bytes(ready_, size_of(now_->header.tensor.type));
      }
      if (is_transposed()) {
        std::vector<std::byte> turned(count);
        transpose(now_->header.tensor, ready_, turned);
        ready_ = std::move(turned);
      }
    } catch (const std::bad_alloc&) {
      return failure(errc::too_large, "no memory for an array in Fortran's order");
    }
    return {};
  }

  zip_reader zip_;
  std::vector<array_source> arrays_;
  manifest what_;
  const array_source* now_ = nullptr; ///< the one that was entered
  std::vector<std::byte> ready_;      ///< elements as the stream has them
  std::size_t given_ = 0;             ///< of those
  std::uint64_t left_ = 0;            ///< bytes of the tensor that have not been read
};

} // namespace

domain::expected<std::unique_ptr<tensor_source>> open_npz(std::unique_ptr<byte_source> file) {
  auto zip = zip_reader::open(std::move(file), stream_limits{}.tensors);
  if (!zip) {
    return tl::unexpected(std::move(zip.error()));
  }
  auto arrays = read_headers(*zip);
  if (!arrays) {
    return tl::unexpected(std::move(arrays.error()));
  }
  return std::make_unique<npz_source>(std::move(*zip), std::move(*arrays));
}

domain::expected<file_pieces> npz_pieces(const whole_model& model) {
  zip_writer zip;
  for (std::size_t i = 0; i < model.elements.size(); ++i) {
    const auto& tensor = model.what.tensors[i];
    if (tensor.name.size() > tensor_name_limit || tensor.name.find('\0') != std::string::npos) {
      return failure(errc::unsupported, "tensor " + std::to_string(i) + " has a name that no .npz can hold");
    }
    file_pieces member;
    member.append(npy_header_of(tensor));
    member.append(model.elements[i]);
    zip.add(tensor.name + std::string(suffix), member);
  }
  return zip.finish();
}

domain::expected<std::vector<std::byte>> stream_from_npz(const std::filesystem::path& file, std::uint64_t limit_bytes) {
  return read_model(file, file_format::npz, limit_bytes);
}

domain::expected<std::vector<std::byte>> stream_from_npz(domain::byte_span file, std::uint64_t limit_bytes) {
  return read_model(file, file_format::npz, limit_bytes);
}

domain::expected<void> write_npz(domain::byte_span stream, const std::filesystem::path& file) {
  return write_model(stream, file_format::npz, file);
}

domain::expected<std::vector<std::byte>> npz_from_stream(domain::byte_span stream) {
  return model_as({nullptr, stream}, file_format::npz).map(&file_pieces::joined);
}

} // namespace fedloom::model
