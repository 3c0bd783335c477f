#include "actors/transport/zmq_context.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/resource.h>
#include <zmq.h>

namespace fedloom::transport {

namespace {

/// ZeroMQ reserves a table entry per possible socket, hence no more than there can be file descriptors.
int most_sockets() {
  constexpr rlim_t hard_bound = 65535;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return 1023;
  }
  return static_cast<int>(std::clamp<rlim_t>(files.rlim_cur, 1, hard_bound));
}

} // namespace

zmq_context::zmq_context(int io_threads) : raw_(zmq_ctx_new()) {
  zmq_ctx_set(raw_, ZMQ_IO_THREADS, std::max(io_threads, 1));
  zmq_ctx_set(raw_, ZMQ_MAX_SOCKETS, most_sockets());
}

zmq_context::~zmq_context() {
  while (zmq_ctx_term(raw_) != 0 && errno == EINTR) {
  }
}

} // namespace fedloom::transport
