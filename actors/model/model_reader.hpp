#pragma once
#include "actors/model/manifest.hpp"
#include "messages/domain/bytes.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fedloom::model {

/// The largest model stream that is read from a file unless told otherwise.
inline constexpr std::uint64_t model_bytes_limit = std::uint64_t{16} << 30;
/// Longest name of a tensor in a file from outside.
inline constexpr std::size_t tensor_name_limit = 1000;

/// What a file format knows: which tensors there are, and how to get at the bytes of each. One implementation per
/// format (model_file.hpp); `model_reader` makes the stream of it.
class tensor_source {
public:
  virtual ~tensor_source() = default;
  /// In the order of the stream. Known before any element is read.
  virtual const manifest& what() const = 0;
  /// Goes to the start of a tensor's elements. Asked for each in turn.
  virtual domain::expected<void> enter(std::size_t tensor) = 0;
  /// Fills `into` with its next elements, little-endian, in C order. Never asked for more than the tensor has.
  virtual domain::expected<void> read(std::span<std::byte> into) = 0;
  /// After its last element; `malformed` when they are not what the file says they are.
  virtual domain::expected<void> leave() = 0;
};

/// A model file that is open: gives the model stream (stream.hpp) it stands for, from front to back and without holding
/// it. Not thread-safe.
class model_reader {
public:
  /// Refuses what no stream may be, before memory is taken for any element: `too_large` above `limit_bytes`, or with
  /// too many tensors, dimensions or bytes in a name, `malformed` without any tensor or with two of one name. `name`
  /// stands before each complaint.
  static domain::expected<model_reader> open(std::unique_ptr<tensor_source> source, std::uint64_t limit_bytes,
                                             std::string name = {});

  const manifest& what() const { return source_->what(); }
  std::uint64_t stream_bytes() const noexcept { return stream_bytes_; }
  /// Fills `into` with the stream's next bytes, as far as there are any; says how many. What is wrong with a tensor is
  /// known at its end, so the stream must not be believed before its last byte was read; after an error the reader is
  /// of no more use.
  domain::expected<std::size_t> read(std::span<std::byte> into);
  /// The rest of the stream, all of it for a fresh reader. `too_large` when there is no memory for it.
  domain::expected<std::vector<std::byte>> read_rest();

private:
  enum class section : std::uint8_t { head, elements, padding };
  model_reader(std::unique_ptr<tensor_source> source, std::string name);
  domain::expected<bool> next_section();
  domain::expected<void> fill(std::span<std::byte> part);
  domain::error complaint(domain::error reason) const;

  std::unique_ptr<tensor_source> source_;
  std::string name_;
  std::vector<std::byte> head_;
  std::uint64_t stream_bytes_ = 0;
  std::uint64_t given_ = 0;
  section section_ = section::head;
  std::uint64_t left_ = 0; ///< bytes of the section
  std::size_t tensor_ = 0; ///< the one whose elements or padding come
};

} // namespace fedloom::model
