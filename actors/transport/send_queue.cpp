#include "actors/transport/send_queue.hpp"

#include <utility>

namespace fedloom::transport {

bool send_queue::push(codec::wire_message what, const gateway_limits& limits) {
  const auto more = bytes_of(what);
  const bool room = waiting_.size() < limits.queued_messages_per_peer && bytes_ + more <= limits.queued_bytes_per_peer;
  if (!waiting_.empty() && !room) {
    return false;
  }
  bytes_ += more;
  waiting_.push_back(std::move(what));
  return true;
}

void send_queue::pop() {
  bytes_ -= bytes_of(waiting_.front());
  waiting_.pop_front();
}

void send_queue::clear() {
  waiting_ = {};
  bytes_ = 0;
}

} // namespace fedloom::transport
