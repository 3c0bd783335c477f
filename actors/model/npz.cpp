#include "actors/model/npz.hpp"

#include "actors/model/new_file.hpp"
#include "actors/model/npy.hpp"
#include "actors/model/stream.hpp"
#include "actors/model/zip_reader.hpp"
#include "actors/model/zip_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <numeric>
#include <string>
#include <unordered_set>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

constexpr std::string_view suffix = ".npy";

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

void swap_bytes(std::span<std::byte> elements, std::size_t element_bytes) {
  for (std::size_t i = 0; i + element_bytes <= elements.size(); i += element_bytes) {
    std::reverse(elements.begin() + static_cast<std::ptrdiff_t>(i),
                 elements.begin() + static_cast<std::ptrdiff_t>(i + element_bytes));
  }
}

/// From Fortran's order (the first index runs fastest) to C's (the last one does).
void transpose(const tensor_spec& tensor, domain::byte_span from, std::span<std::byte> to) {
  const auto rank = tensor.shape.size();
  const auto width = size_of(tensor.type);
  std::vector<std::uint64_t> stride(rank, width);
  for (std::size_t axis = 1; axis < rank; ++axis) {
    stride[axis] = stride[axis - 1] * tensor.shape[axis - 1];
  }
  std::vector<std::uint64_t> index(rank, 0);
  std::uint64_t source = 0;
  for (std::size_t at = 0; at < to.size(); at += width) {
    std::memcpy(to.data() + at, from.data() + source, width);
    for (std::size_t axis = rank; axis-- > 0;) {
      source += stride[axis];
      if (++index[axis] < tensor.shape[axis]) {
        break;
      }
      source -= stride[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

domain::expected<void> read_elements(zip_reader& zip, const array_source& source, std::span<std::byte> to) {
  const auto& header = source.header;
  const bool transposed = header.fortran_order && header.tensor.shape.size() > 1;
  std::vector<std::byte> fortran(transposed ? to.size() : 0);
  const auto raw = transposed ? std::span(fortran) : to;
  std::vector<std::byte> skipped(source.header_bytes);
  auto done = zip.enter(source.member)
                  .and_then([&] { return zip.read(skipped); })
                  .and_then([&] { return zip.read(raw); })
                  .and_then([&] { return zip.leave(); });
  if (!done) {
    return done;
  }
  if (header.big_endian) {
    swap_bytes(raw, size_of(header.tensor.type));
  }
  if (transposed) {
    transpose(header.tensor, fortran, to);
  }
  return {};
}

/// Reads every header before any element, so that all limits are known to hold before memory is taken.
domain::expected<std::vector<array_source>> read_headers(zip_reader& zip) {
  const stream_limits limits;
  if (zip.members().empty()) {
    return failure(errc::malformed, "the archive has no arrays");
  }
  std::vector<array_source> arrays;
  std::unordered_set<std::string> names;
  for (const auto& member : zip.members()) {
    auto source = read_header(zip, member);
    if (!source) {
      return tl::unexpected(std::move(source.error()));
    }
    const auto& tensor = source->header.tensor;
    if (tensor.shape.size() > limits.rank) {
      return failure(errc::too_large,
                     source->member.name + " has more than " + std::to_string(limits.rank) + " dimensions");
    }
    if (!names.insert(tensor.name).second) {
      return failure(errc::malformed, "the archive has two arrays named \"" + tensor.name + "\"");
    }
    arrays.push_back(std::move(*source));
  }
  sort_by_name(arrays);
  return arrays;
}

domain::expected<std::vector<std::byte>> read_archive(zip_reader& zip, std::uint64_t limit_bytes) {
  auto arrays = read_headers(zip);
  if (!arrays) {
    return tl::unexpected(std::move(arrays.error()));
  }
  manifest what;
  for (const auto& source : *arrays) {
    what.tensors.push_back(source.header.tensor);
  }
  if (auto fits = within(what, limit_bytes); !fits) {
    return tl::unexpected(std::move(fits.error()));
  }
  for (const auto& source : *arrays) {
    if (source.header_bytes + source.header.tensor.bytes() != source.member.unpacked_bytes) {
      return failure(errc::malformed, source.member.name + " is not as long as its shape says");
    }
  }
  auto stream = blank_stream(what);
  if (stream.size() > limit_bytes) {
    return failure(errc::too_large, "the model exceeds the limit of " + std::to_string(limit_bytes) + " bytes");
  }
  const auto data = data_of(stream);
  const auto offsets = what.offsets();
  for (std::size_t i = 0; i < arrays->size(); ++i) {
    auto done = read_elements(zip, (*arrays)[i], data.subspan(offsets[i], what.tensors[i].bytes()));
    if (!done) {
      return failure(done.error().code, (*arrays)[i].member.name + ": " + done.error().text);
    }
  }
  return stream;
}

template <class Source>
domain::expected<std::vector<std::byte>> read_npz(const Source& source, std::uint64_t limit_bytes) {
  try {
    auto zip = zip_reader::open(source, stream_limits{}.tensors);
    return zip ? read_archive(*zip, limit_bytes) : tl::unexpected(std::move(zip.error()));
  } catch (const std::bad_alloc&) {
    return failure(errc::too_large, "no memory for the model in this archive");
  }
}

domain::expected<void> write_tensors(zip_writer& zip, const stream_view& view) {
  const auto offsets = view.what.offsets();
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto& tensor = view.what.tensors[i];
    const auto header = npy_header_of(tensor);
    auto done = zip.begin(tensor.name + std::string(suffix), header.size() + tensor.bytes())
                    .and_then([&] { return zip.write(domain::as_bytes(header)); })
                    .and_then([&] { return zip.write(view.data.subspan(offsets[i], tensor.bytes())); })
                    .and_then([&] { return zip.end(); });
    if (!done) {
      return done;
    }
  }
  return zip.finish();
}

} // namespace

domain::expected<std::vector<std::byte>> stream_from_npz(const std::filesystem::path& file, std::uint64_t limit_bytes) {
  auto stream = read_npz(file, limit_bytes);
  if (!stream) {
    return failure(stream.error().code, file.string() + ": " + stream.error().text);
  }
  return stream;
}

domain::expected<std::vector<std::byte>> stream_from_npz(domain::byte_span file, std::uint64_t limit_bytes) {
  return read_npz(file, limit_bytes);
}

domain::expected<void> write_npz(domain::byte_span stream, const std::filesystem::path& file) {
  const auto view = read_stream(stream);
  if (!view) {
    return tl::unexpected(view.error());
  }
  new_file output(file);
  auto zip = zip_writer::to_file(output.path());
  auto done = zip ? write_tensors(*zip, *view) : domain::expected<void>(tl::unexpected(zip.error()));
  if (!done) {
    return failure(done.error().code, file.string() + ": " + done.error().text);
  }
  return output.commit();
}

domain::expected<std::vector<std::byte>> npz_from_stream(domain::byte_span stream) {
  const auto view = read_stream(stream);
  if (!view) {
    return tl::unexpected(view.error());
  }
  constexpr std::size_t about_a_member = 512; // local header, .npy header, directory entry
  std::vector<std::byte> archive;
  archive.reserve(stream.size() + about_a_member * view->what.tensors.size() + about_a_member);
  auto zip = zip_writer::to_memory(archive);
  auto done = zip ? write_tensors(*zip, *view) : domain::expected<void>(tl::unexpected(zip.error()));
  if (!done) {
    return tl::unexpected(std::move(done.error()));
  }
  return archive;
}

} // namespace fedloom::model
