#include "actors/model/stream_file.hpp"

#include "actors/model/stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

constexpr std::size_t prefix_bytes = 16;
constexpr std::uint32_t head_limit = std::uint32_t{128} << 20;

class stream_source final : public tensor_source {
public:
  stream_source(std::unique_ptr<byte_source> file, manifest what, std::uint64_t head_bytes)
      : file_(std::move(file)), what_(std::move(what)), head_bytes_(head_bytes), offsets_(what_.offsets()) {}

  const manifest& what() const override { return what_; }
  domain::expected<void> enter(std::size_t tensor) override {
    at_ = head_bytes_ + offsets_[tensor];
    return {};
  }
  domain::expected<void> read(std::span<std::byte> into) override {
    if (!file_->read(at_, into)) {
      return failure(errc::storage_failed, "the file cannot be read to its end");
    }
    at_ += into.size();
    return {};
  }
  domain::expected<void> leave() override {
    std::array<std::byte, tensor_alignment> padding{};
    const auto rest = std::span(padding).first((tensor_alignment - at_ % tensor_alignment) % tensor_alignment);
    if (!file_->read(at_, rest) || std::ranges::any_of(rest, [](std::byte byte) { return byte != std::byte{0}; })) {
      return failure(errc::malformed, "the padding behind it is not zero");
    }
    return {};
  }

private:
  std::unique_ptr<byte_source> file_;
  manifest what_;
  std::uint64_t head_bytes_;
  std::vector<std::uint64_t> offsets_;
  std::uint64_t at_ = 0;
};

} // namespace

domain::expected<std::unique_ptr<tensor_source>> open_stream_file(std::unique_ptr<byte_source> file) {
  std::vector<std::byte> head(std::min<std::uint64_t>(file->size(), prefix_bytes));
  std::uint32_t head_bytes = 0;
  if (head.size() == prefix_bytes && file->read(0, head)) {
    std::memcpy(&head_bytes, head.data() + 8, sizeof head_bytes);
  }
  // Of a prefix that cannot be, read_stream says what is wrong with it.
  if (head_bytes > prefix_bytes && head_bytes <= std::min<std::uint64_t>(file->size(), head_limit)) {
    head.resize(head_bytes);
    if (!file->read(0, head)) {
      return failure(errc::storage_failed, "the file cannot be read");
    }
  }
  stream_limits limits;
  limits.stream_bytes = std::numeric_limits<std::uint64_t>::max(); // the reader's limit holds
  auto view = read_stream(head, false, limits);
  if (!view) {
    return tl::unexpected(std::move(view.error()));
  }
  if (const auto bytes = file->size() - view->head_bytes; bytes != view->what.data_bytes()) {
    return failure(errc::malformed, "it has " + std::to_string(bytes) + " bytes of tensors, its head says " +
                                        std::to_string(view->what.data_bytes()));
  }
  return std::make_unique<stream_source>(std::move(file), std::move(view->what), view->head_bytes);
}

} // namespace fedloom::model
