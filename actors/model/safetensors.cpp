#include "actors/model/safetensors.hpp"

#include "actors/model/safetensors_header.hpp"
#include "actors/model/stream.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <tuple>

namespace fedloom::model {

namespace {

static_assert(std::endian::native == std::endian::little);

using domain::errc;
using domain::failure;

constexpr std::size_t length_bytes = 8;

class safetensors_source final : public tensor_source {
public:
  safetensors_source(std::unique_ptr<byte_source> file, const std::vector<safetensors_entry>& entries,
                     std::uint64_t data)
      : file_(std::move(file)) {
    for (const auto& entry : entries) {
      what_.tensors.push_back(entry.tensor);
      begins_.push_back(data + entry.begin);
    }
  }

  const manifest& what() const override { return what_; }
  domain::expected<void> enter(std::size_t tensor) override {
    at_ = begins_[tensor];
    return {};
  }
  domain::expected<void> read(std::span<std::byte> into) override {
    if (!file_->read(at_, into)) {
      return failure(errc::storage_failed, "the file cannot be read to its end");
    }
    at_ += into.size();
    return {};
  }
  domain::expected<void> leave() override { return {}; }

private:
  std::unique_ptr<byte_source> file_;
  manifest what_;
  std::vector<std::uint64_t> begins_; ///< in the file
  std::uint64_t at_ = 0;
};

domain::expected<std::string> read_text(const byte_source& file) {
  std::uint64_t length = 0;
  if (file.size() < length_bytes || !file.read(0, std::as_writable_bytes(std::span(&length, 1)))) {
    return failure(errc::malformed, "not a .safetensors file: it is too short");
  }
  if (length > file.size() - length_bytes) {
    return failure(errc::malformed, "not a .safetensors file, or cut off: its header would have " +
                                        std::to_string(length) + " of " + std::to_string(file.size()) + " bytes");
  }
  if (length > safetensors_text_limit) {
    return failure(errc::too_large, "the header of the .safetensors file has " + std::to_string(length) +
                                        " bytes, the limit is " + std::to_string(safetensors_text_limit));
  }
  std::string text(length, '\0');
  if (!file.read(length_bytes, std::as_writable_bytes(std::span(text)))) {
    return failure(errc::storage_failed, "the file cannot be read to its end");
  }
  return text;
}

/// Whether the entries, in the order of their bytes, fill `data_bytes` one behind the other.
domain::expected<void> fill(const std::vector<safetensors_entry>& entries, std::uint64_t data_bytes) {
  std::uint64_t at = 0;
  for (const auto& entry : entries) {
    const auto quoted = "tensor \"" + entry.tensor.name.substr(0, 80) + '"';
    if (entry.begin > entry.end || entry.end > data_bytes) {
      return failure(errc::malformed, quoted + " reaches beyond the end of the file");
    }
    if (entry.begin != at) {
      return failure(errc::malformed, quoted + (entry.begin < at ? " overlaps the one before it"
                                                                 : " leaves a gap behind the one before it"));
    }
    if (entry.end - entry.begin != entry.tensor.bytes()) {
      return failure(errc::malformed, quoted + " is not as long as its shape says");
    }
    at = entry.end;
  }
  if (at != data_bytes) {
    return failure(errc::malformed,
                   "the file has " + std::to_string(data_bytes - at) + " bytes behind its last tensor");
  }
  return {};
}

} // namespace

domain::expected<std::unique_ptr<tensor_source>> open_safetensors(std::unique_ptr<byte_source> file) {
  const auto text = read_text(*file);
  if (!text) {
    return tl::unexpected(text.error());
  }
  auto entries = read_safetensors_text(*text);
  if (!entries) {
    return tl::unexpected(std::move(entries.error()));
  }
  // Tensors without elements take no place: among those at one offset the header's order holds.
  std::ranges::stable_sort(*entries, {}, [](const auto& entry) { return std::pair(entry.begin, entry.end); });
  const auto data = length_bytes + text->size();
  if (auto whole = fill(*entries, file->size() - data); !whole) {
    return tl::unexpected(std::move(whole.error()));
  }
  return std::make_unique<safetensors_source>(std::move(file), *entries, data);
}

domain::expected<file_pieces> safetensors_pieces(const whole_model& model) {
  const auto text = safetensors_text_of(model.what);
  if (!text) {
    return tl::unexpected(text.error());
  }
  const std::uint64_t length = text->size();
  file_pieces file;
  file.append(std::string(reinterpret_cast<const char*>(&length), sizeof length) + *text);
  for (const auto& elements : model.elements) {
    file.append(elements);
  }
  return file;
}

} // namespace fedloom::model
