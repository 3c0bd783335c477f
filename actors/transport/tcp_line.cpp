#include "actors/transport/tcp_line.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace fedloom::transport {

void tcp_line::met(int descriptor) {
  const auto far_end = far_end_of(descriptor);
  descriptor_ = far_end ? descriptor : -1;
  far_end_ = far_end.value_or(address{});
}

std::optional<domain::milliseconds> tcp_line::quiet_for() const {
  if (descriptor_ < 0 || far_end_of(descriptor_) != far_end_) {
    return std::nullopt;
  }
  tcp_info state{};
  socklen_t length = sizeof state;
  if (::getsockopt(descriptor_, IPPROTO_TCP, TCP_INFO, &state, &length) != 0) {
    return std::nullopt;
  }
  return domain::milliseconds{state.tcpi_last_data_recv};
}

std::optional<tcp_line::address> tcp_line::far_end_of(int descriptor) {
  address far_end{};
  static_assert(sizeof(sockaddr_storage) <= sizeof(address));
  socklen_t length = far_end.size();
  if (descriptor < 0 || ::getpeername(descriptor, reinterpret_cast<sockaddr*>(far_end.data()), &length) != 0) {
    return std::nullopt;
  }
  return far_end;
}

} // namespace fedloom::transport
