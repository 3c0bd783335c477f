#include "actors/model/stream.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>
#include <string>
#include <unordered_set>

namespace fedloom::model {

namespace {

// The stream is little-endian by definition; on such machines reading is copying.
static_assert(std::endian::native == std::endian::little);

using domain::errc;
using domain::failure;

constexpr std::string_view magic = "FLMODEL1";
constexpr std::size_t fixed_bytes = 16;
constexpr std::size_t record_bytes = 8;

void append(std::vector<std::byte>& out, const void* from, std::size_t count) {
  const auto* first = static_cast<const std::byte*>(from);
  out.insert(out.end(), first, first + count);
}

template <class T>
void append(std::vector<std::byte>& out, T value) {
  append(out, &value, sizeof value);
}

void pad(std::vector<std::byte>& out, std::size_t multiple) {
  out.resize((out.size() + multiple - 1) / multiple * multiple);
}

template <class T>
T load(domain::byte_span bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

struct cursor {
  domain::byte_span bytes;
  std::size_t at = 0;
  std::size_t left() const { return bytes.size() - at; }
};

/// One tensor's record; the cursor stands behind its padding afterwards.
domain::expected<tensor_spec> read_record(cursor& head, const stream_limits& limits) {
  if (head.left() < record_bytes) {
    return failure(errc::malformed, "the head of the model stream ends within a tensor's record");
  }
  const auto type = load<std::uint8_t>(head.bytes, head.at);
  const std::size_t rank = load<std::uint8_t>(head.bytes, head.at + 1);
  const std::size_t name_bytes = load<std::uint16_t>(head.bytes, head.at + 2);
  head.at += record_bytes;
  if (type < static_cast<std::uint8_t>(dtype::f16) || type > static_cast<std::uint8_t>(dtype::boolean)) {
    return failure(errc::malformed, "the model stream has an element type of number " + std::to_string(type));
  }
  if (rank > limits.rank) {
    return failure(errc::too_large, "the model stream has a tensor of " + std::to_string(rank) +
                                        " dimensions, the limit is " + std::to_string(limits.rank));
  }
  if (head.left() < rank * sizeof(std::uint64_t) + name_bytes) {
    return failure(errc::malformed, "the head of the model stream ends within a tensor's record");
  }
  tensor_spec tensor;
  tensor.type = static_cast<dtype>(type);
  tensor.shape.resize(rank);
  for (auto& dimension : tensor.shape) {
    dimension = load<std::uint64_t>(head.bytes, head.at);
    head.at += sizeof dimension;
  }
  tensor.name.assign(reinterpret_cast<const char*>(head.bytes.data()) + head.at, name_bytes);
  head.at = std::min((head.at + name_bytes + 7) / 8 * 8, head.bytes.size());
  return tensor;
}

domain::expected<manifest> read_head(domain::byte_span head, const stream_limits& limits) {
  const auto count = load<std::uint32_t>(head, 12);
  if (count > limits.tensors) {
    return failure(errc::too_large, "the model stream has " + std::to_string(count) + " tensors, the limit is " +
                                        std::to_string(limits.tensors));
  }
  if (count > head.size() / record_bytes) {
    return failure(errc::malformed, "the head of the model stream is too short for its number of tensors");
  }
  manifest what;
  what.tensors.reserve(count);
  std::unordered_set<std::string> names;
  cursor at{head, fixed_bytes};
  for (std::uint32_t i = 0; i < count; ++i) {
    auto tensor = read_record(at, limits);
    if (!tensor) {
      return tl::unexpected(std::move(tensor.error()));
    }
    if (!names.insert(tensor->name).second) {
      return failure(errc::malformed, "the model stream has two tensors named \"" + tensor->name + "\"");
    }
    what.tensors.push_back(std::move(*tensor));
  }
  return what;
}

/// Two streams of equal tensors must have equal ids, so what lies between tensors must not vary.
bool zeros_between(const manifest& what, domain::byte_span data) {
  const auto offsets = what.offsets();
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto end = i + 1 < offsets.size() ? offsets[i + 1] : data.size();
    const auto gap = data.subspan(offsets[i] + what.tensors[i].bytes(), end - offsets[i] - what.tensors[i].bytes());
    if (std::ranges::any_of(gap, [](std::byte byte) { return byte != std::byte{0}; })) {
      return false;
    }
  }
  return true;
}

} // namespace

std::vector<std::byte> head_of(const manifest& what) {
  std::vector<std::byte> head;
  append(head, magic.data(), magic.size());
  append(head, std::uint32_t{0});
  append(head, static_cast<std::uint32_t>(what.tensors.size()));
  for (const auto& tensor : what.tensors) {
    assert(tensor.shape.size() <= std::numeric_limits<std::uint8_t>::max());
    assert(tensor.name.size() <= std::numeric_limits<std::uint16_t>::max());
    append(head, static_cast<std::uint8_t>(tensor.type));
    append(head, static_cast<std::uint8_t>(tensor.shape.size()));
    append(head, static_cast<std::uint16_t>(tensor.name.size()));
    append(head, std::uint32_t{0});
    append(head, tensor.shape.data(), tensor.shape.size() * sizeof(std::uint64_t));
    append(head, tensor.name.data(), tensor.name.size());
    pad(head, 8);
  }
  pad(head, tensor_alignment);
  assert(head.size() <= std::numeric_limits<std::uint32_t>::max());
  const auto length = static_cast<std::uint32_t>(head.size());
  std::memcpy(head.data() + magic.size(), &length, sizeof length);
  return head;
}

std::uint64_t stream_bytes_of(const manifest& what) {
  return head_of(what).size() + what.data_bytes();
}

std::vector<std::byte> blank_stream(const manifest& what) {
  auto stream = head_of(what);
  stream.reserve(stream.size() + what.data_bytes());
  stream.resize(stream.size() + what.data_bytes());
  return stream;
}

std::span<std::byte> data_of(std::vector<std::byte>& stream) {
  assert(stream.size() >= fixed_bytes);
  return std::span(stream).subspan(load<std::uint32_t>(stream, magic.size()));
}

domain::expected<stream_view> read_stream(domain::byte_span stream, bool whole, const stream_limits& limits) {
  if (stream.size() < fixed_bytes || std::memcmp(stream.data(), magic.data(), magic.size()) != 0) {
    return failure(errc::malformed, "not a model stream: it does not begin with FLMODEL1");
  }
  const std::uint64_t head_bytes = load<std::uint32_t>(stream, magic.size());
  if (head_bytes < fixed_bytes || head_bytes % tensor_alignment != 0 || head_bytes > stream.size()) {
    return failure(errc::malformed, "the head of the model stream claims " + std::to_string(head_bytes) + " of " +
                                        std::to_string(stream.size()) + " bytes");
  }
  const auto head = stream.first(head_bytes);
  auto what = read_head(head, limits);
  if (!what) {
    return tl::unexpected(std::move(what.error()));
  }
  if (auto fits = within(*what, limits.stream_bytes - std::min(limits.stream_bytes, head_bytes)); !fits) {
    return tl::unexpected(std::move(fits.error()));
  }
  if (!std::ranges::equal(head_of(*what), head)) {
    return failure(errc::malformed, "the head of the model stream is not in its canonical form");
  }
  const auto data = stream.subspan(head_bytes);
  if (data.size() > what->data_bytes() || (whole && data.size() < what->data_bytes())) {
    return failure(errc::malformed, "the model stream has " + std::to_string(data.size()) +
                                        " bytes of tensors, its head says " + std::to_string(what->data_bytes()));
  }
  if (whole && !zeros_between(*what, data)) {
    return failure(errc::malformed, "the padding between the tensors of the model stream is not zero");
  }
  return stream_view{std::move(*what), head_bytes, data};
}

} // namespace fedloom::model
