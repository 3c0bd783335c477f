#pragma once
#include "actors/transport/gateway.hpp"
#include "messages/codec/frame.hpp"

#include <deque>

namespace fedloom::transport {

inline std::size_t bytes_of(const codec::wire_message& what) {
  return what.frame.size() + what.payload.size();
}

/// What waits for one peer, first in first out. Bounded in messages and bytes.
class send_queue {
public:
  /// False: at its bound, the message was not taken. A single message larger than the bound is taken when nothing else
  /// waits.
  [[nodiscard]] bool push(codec::wire_message what, const gateway_limits& limits);
  const codec::wire_message& front() const { return waiting_.front(); }
  void pop();
  bool empty() const noexcept { return waiting_.empty(); }
  std::size_t size() const noexcept { return waiting_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  void clear();

private:
  std::deque<codec::wire_message> waiting_;
  std::size_t bytes_ = 0;
};

} // namespace fedloom::transport
