#include "actors/transport/zmq_part.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace fedloom::transport {

namespace {

/// Handles that ZeroMQ holds. It orders what we did before handing one over and what its thread does in `release`;
/// ZeroMQ does so as well, but no thread sanitizer can look into it.
std::atomic<std::uint64_t> handles_under_way{0};

/// Runs on a thread of ZeroMQ, possibly after the gateway has gone: touches nothing but the handle.
void release(void* /*bytes*/, void* handle) {
  handles_under_way.fetch_sub(1, std::memory_order_acq_rel);
  delete static_cast<domain::shared_bytes*>(handle);
}

void ensure(int result) {
  if (result != 0) {
    throw std::bad_alloc{};
  }
}

} // namespace

zmq_part zmq_part::copy_of(domain::byte_span bytes) {
  zmq_part part;
  if (!bytes.empty()) {
    ensure(zmq_msg_init_size(&part.message_, bytes.size()));
    std::memcpy(zmq_msg_data(&part.message_), bytes.data(), bytes.size());
  }
  return part;
}

zmq_part zmq_part::sharing(const domain::shared_bytes& bytes) {
  if (bytes.size() < zero_copy_send_bytes) {
    return copy_of(bytes.span());
  }
  zmq_part part;
  auto handle = std::make_unique<domain::shared_bytes>(bytes);
  auto* data = const_cast<std::byte*>(bytes.data()); // ZeroMQ only reads it
  handles_under_way.fetch_add(1, std::memory_order_acq_rel);
  ensure(zmq_msg_init_data(&part.message_, data, bytes.size(), release, handle.get()));
  handle.release();
  return part;
}

zmq_part::zmq_part(zmq_part&& other) noexcept : zmq_part() {
  zmq_msg_move(&message_, &other.message_);
}

zmq_part& zmq_part::operator=(zmq_part&& other) noexcept {
  zmq_msg_move(&message_, &other.message_);
  return *this;
}

domain::byte_span zmq_part::span() const noexcept {
  auto* message = const_cast<zmq_msg_t*>(&message_); // zmq_msg_data takes it so, and changes nothing
  return {static_cast<const std::byte*>(zmq_msg_data(message)), size()};
}

domain::shared_bytes zmq_part::keep(zmq_part part) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(part.span().data()) % 8 == 0;
  if (part.size() == 0) {
    return {};
  }
  if (part.size() < zero_copy_receive_bytes || !aligned) {
    return domain::shared_bytes::copy_of(part.span());
  }
  auto owner = std::make_shared<const zmq_part>(std::move(part));
  const auto bytes = owner->span();
  return {std::move(owner), bytes};
}

} // namespace fedloom::transport
