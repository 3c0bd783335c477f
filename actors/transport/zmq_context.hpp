#pragma once

namespace fedloom::transport {

/// ZeroMQ's I/O threads. Must outlive its sockets; its end waits for what lingers in them.
class zmq_context {
public:
  /// Sockets are limited by the process's file descriptors only.
  explicit zmq_context(int io_threads);
  ~zmq_context();
  zmq_context(const zmq_context&) = delete;
  zmq_context& operator=(const zmq_context&) = delete;

  void* raw() noexcept { return raw_; }

private:
  void* raw_;
};

} // namespace fedloom::transport
