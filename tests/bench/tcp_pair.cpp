#include "tests/bench/tcp_pair.hpp"

#include "tests/bench/bench_failure.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fedloom::bench {

namespace {

int checked(int result, const char* what) {
  if (result < 0) {
    throw bench_failure(std::string(what) + ": " + std::strerror(errno));
  }
  return result;
}

int open_socket() {
  return checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

/// A listening socket for the time of one connection.
struct listener {
  listener() : socket(open_socket()) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::bind(socket, reinterpret_cast<const sockaddr*>(&any), sizeof any), "bind");
    checked(::listen(socket, 1), "listen");
    socklen_t length = sizeof address;
    checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  }
  ~listener() { ::close(socket); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  int socket;
  sockaddr_in address{};
};

} // namespace

tcp_pair::tcp_pair() {
  const listener door;
  near_ = open_socket();
  checked(::connect(near_, reinterpret_cast<const sockaddr*>(&door.address), sizeof door.address), "connect");
  far_ = checked(::accept4(door.socket, nullptr, nullptr, SOCK_CLOEXEC), "accept");
}

tcp_pair::~tcp_pair() {
  ::close(near_);
  ::close(far_);
}

void write_bytes(int socket, domain::byte_span source, std::uint64_t total) {
  std::size_t at = 0;
  while (total > 0) {
    const auto length = std::min({std::uint64_t{tcp_write_bytes}, total, std::uint64_t{source.size() - at}});
    const auto written = ::send(socket, source.data() + at, length, MSG_NOSIGNAL);
    checked(static_cast<int>(written), "send");
    total -= static_cast<std::uint64_t>(written);
    at = (at + static_cast<std::size_t>(written)) % source.size();
  }
}

void read_bytes(int socket, std::span<std::byte> into, std::uint64_t total) {
  while (total > 0) {
    const auto count = ::recv(socket, into.data(), std::min<std::uint64_t>(into.size(), total), 0);
    if (checked(static_cast<int>(count), "recv") == 0) {
      throw bench_failure("recv: the connection ended early");
    }
    total -= static_cast<std::uint64_t>(count);
  }
}

} // namespace fedloom::bench
