#pragma once
#include "messages/domain/bytes.hpp"

#include <zmq.h>

namespace fedloom::transport {

/// One part of a ZeroMQ message. Any thread, one at a time.
class zmq_part {
public:
  /// Empty.
  zmq_part() { zmq_msg_init(&message_); }
  /// From this size on, bytes are sent where they lie; below it copying is the cheaper way.
  static constexpr std::size_t zero_copy_send_bytes = 16 * 1024;
  /// From this size on, received bytes stay where ZeroMQ put them; smaller ones share a buffer with their neighbours.
  static constexpr std::size_t zero_copy_receive_bytes = 8 * 1024;

  static zmq_part copy_of(domain::byte_span bytes);
  /// Shares large bytes until ZeroMQ has written them: then one of its threads drops the handle.
  static zmq_part sharing(const domain::shared_bytes& bytes);

  zmq_part(zmq_part&& other) noexcept;
  zmq_part& operator=(zmq_part&& other) noexcept;
  zmq_part(const zmq_part&) = delete;
  zmq_part& operator=(const zmq_part&) = delete;
  ~zmq_part() { zmq_msg_close(&message_); }

  domain::byte_span span() const noexcept;
  std::size_t size() const noexcept { return zmq_msg_size(&message_); }
  bool last() const noexcept { return zmq_msg_more(&message_) == 0; }
  /// The descriptor of the connection that it came over; negative: none.
  int source() const noexcept { return zmq_msg_get(&message_, ZMQ_SRCFD); }
  /// The bytes for keeping, 8-aligned; without a copy when they are many.
  static domain::shared_bytes keep(zmq_part part);

  zmq_msg_t* raw() noexcept { return &message_; }

private:
  zmq_msg_t message_;
};

} // namespace fedloom::transport
