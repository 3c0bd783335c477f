#include "actors/transfer/receiver_machine.hpp"

#include "actors/transfer/digests.hpp"

#include <algorithm>
#include <utility>

namespace fedloom::transfer {

receiver_machine::receiver_machine(domain::transfer_id transfer, std::uint64_t stream_bytes, std::uint32_t window)
    : transfer_(transfer), stream_bytes_(stream_bytes), window_(std::max<std::uint32_t>(window, 1)),
      chunks_total_(chunk_count(stream_bytes)) {}

domain::grant receiver_machine::open() {
  rewound_.reset();
  return grant_from_here();
}

domain::expected<receiver_machine::outcome> receiver_machine::step(const domain::chunk& what,
                                                                   domain::shared_bytes payload) {
  if (what.transfer != transfer_) {
    return outcome{{}, {}, complete()};
  }
  if (what.index >= chunks_total_) {
    return domain::failure(domain::errc::too_large, "chunk " + std::to_string(what.index) + " of a stream of " +
                                                        std::to_string(chunks_total_) + " chunks");
  }
  const auto length = length_of(what.index);
  if (payload.size() != length) {
    const auto code = payload.size() > length ? domain::errc::too_large : domain::errc::malformed;
    return domain::failure(code, "chunk " + std::to_string(what.index) + " has " + std::to_string(payload.size()) +
                                     " bytes instead of " + std::to_string(length));
  }
  if (what.index < next_) {
    return outcome{{}, {}, complete()};
  }
  if (what.index > next_) {
    if (rewound_ == next_) {
      return outcome{};
    }
    rewound_ = next_;
    return outcome{{}, grant_from_here(), false};
  }
  ++next_;
  bytes_held_ += payload.size();
  chunks_.push_back(std::move(payload));
  digests_.push_back(what.content);
  return outcome{credit_if_due(), {}, complete()};
}

std::vector<domain::shared_bytes> receiver_machine::take_chunks() {
  bytes_held_ = 0;
  return std::exchange(chunks_, {});
}

std::uint64_t receiver_machine::length_of(std::uint32_t index) const noexcept {
  return std::min(domain::chunk_bytes, stream_bytes_ - index * domain::chunk_bytes);
}

domain::grant receiver_machine::grant_from_here() {
  allowed_ = std::uint64_t{next_} + window_;
  return {transfer_, next_, window_};
}

std::optional<domain::credit> receiver_machine::credit_if_due() {
  const auto wanted = std::uint64_t{next_} + window_;
  const auto batch = std::max<std::uint32_t>(window_ / 2, 1);
  if (allowed_ >= chunks_total_ || wanted < allowed_ + batch) {
    return std::nullopt;
  }
  const auto more = static_cast<std::uint32_t>(wanted - allowed_);
  allowed_ = wanted;
  return domain::credit{transfer_, more};
}

} // namespace fedloom::transfer
