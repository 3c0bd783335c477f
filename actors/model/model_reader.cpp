#include "actors/model/model_reader.hpp"

#include "actors/model/stream.hpp"

#include <algorithm>
#include <new>
#include <string_view>
#include <unordered_set>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

std::uint64_t padding_behind(const tensor_spec& tensor) {
  return (tensor_alignment - tensor.bytes() % tensor_alignment) % tensor_alignment;
}

domain::expected<void> readable(const manifest& what, std::uint64_t limit_bytes) {
  const stream_limits limits;
  if (what.tensors.empty()) {
    return failure(errc::malformed, "there is no tensor in it");
  }
  if (what.tensors.size() > limits.tensors) {
    return failure(errc::too_large, "it has " + std::to_string(what.tensors.size()) + " tensors, the limit is " +
                                        std::to_string(limits.tensors));
  }
  std::unordered_set<std::string_view> names;
  for (const auto& tensor : what.tensors) {
    const auto quoted = '"' + tensor.name.substr(0, 80) + '"';
    if (tensor.name.size() > tensor_name_limit) {
      return failure(errc::too_large, "the name " + quoted + "... of a tensor is longer than " +
                                          std::to_string(tensor_name_limit) + " bytes");
    }
    if (tensor.shape.size() > limits.rank) {
      return failure(errc::too_large,
                     "tensor " + quoted + " has more than " + std::to_string(limits.rank) + " dimensions");
    }
    if (!names.insert(tensor.name).second) {
      return failure(errc::malformed, "it has two tensors named " + quoted);
    }
  }
  return within(what, limit_bytes);
}

} // namespace

model_reader::model_reader(std::unique_ptr<tensor_source> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)), head_(head_of(source_->what())),
      stream_bytes_(head_.size() + source_->what().data_bytes()), left_(head_.size()) {}

domain::expected<model_reader> model_reader::open(std::unique_ptr<tensor_source> source, std::uint64_t limit_bytes,
                                                  std::string name) {
  const auto prefix = name.empty() ? name : name + ": ";
  if (auto fine = readable(source->what(), limit_bytes); !fine) {
    return failure(fine.error().code, prefix + fine.error().text);
  }
  model_reader reader(std::move(source), std::move(name));
  if (reader.stream_bytes() > limit_bytes) {
    return failure(errc::too_large, prefix + "the model has " + std::to_string(reader.stream_bytes()) +
                                        " bytes, the limit is " + std::to_string(limit_bytes));
  }
  return reader;
}

domain::error model_reader::complaint(domain::error reason) const {
  if (section_ == section::elements && tensor_ < what().tensors.size()) {
    reason.text = "tensor \"" + what().tensors[tensor_].name + "\": " + reason.text;
  }
  if (!name_.empty()) {
    reason.text = name_ + ": " + reason.text;
  }
  return reason;
}

/// False behind the last one.
domain::expected<bool> model_reader::next_section() {
  const auto& tensors = what().tensors;
  if (section_ == section::elements) {
    auto left = source_->leave();
    if (!left) {
      return tl::unexpected(complaint(std::move(left.error())));
    }
    section_ = section::padding;
    left_ = padding_behind(tensors[tensor_]);
    return true;
  }
  tensor_ += section_ == section::padding && tensor_ < tensors.size() ? 1 : 0;
  if (tensor_ == tensors.size()) {
    return false;
  }
  section_ = section::elements;
  left_ = tensors[tensor_].bytes();
  auto entered = source_->enter(tensor_);
  if (!entered) {
    return tl::unexpected(complaint(std::move(entered.error())));
  }
  return true;
}

domain::expected<void> model_reader::fill(std::span<std::byte> part) {
  switch (section_) {
  case section::head:
    std::copy_n(head_.end() - static_cast<std::ptrdiff_t>(left_), part.size(), part.begin());
    return {};
  case section::elements:
    return source_->read(part);
  case section::padding:
    std::ranges::fill(part, std::byte{0});
    return {};
  }
  return {};
}

domain::expected<std::size_t> model_reader::read(std::span<std::byte> into) {
  std::size_t filled = 0;
  for (;;) {
    if (left_ == 0) { // also with no room left: the last byte comes with the verdict on its tensor
      const auto more = next_section();
      if (!more) {
        return tl::unexpected(more.error());
      }
      if (!*more) {
        return filled;
      }
      continue;
    }
    if (filled == into.size()) {
      return filled;
    }
    const auto part = into.subspan(filled).first(std::min<std::uint64_t>(left_, into.size() - filled));
    if (auto done = fill(part); !done) {
      return tl::unexpected(complaint(std::move(done.error())));
    }
    filled += part.size();
    left_ -= part.size();
    given_ += part.size();
  }
}

domain::expected<std::vector<std::byte>> model_reader::read_rest() {
  try {
    std::vector<std::byte> stream(stream_bytes_ - given_);
    return read(stream).map([&](std::size_t) { return std::move(stream); });
  } catch (const std::bad_alloc&) {
    return tl::unexpected(
        complaint({errc::too_large, "no memory for a model of " + std::to_string(stream_bytes_) + " bytes"}));
  }
}

} // namespace fedloom::model
