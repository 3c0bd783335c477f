#include "cli/free_ports.hpp"

#include "actors/client/runtime/unique_fd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace fedloom::cli {

namespace {

/// A socket that holds a port without listening; empty if it is taken.
client::unique_fd bound_to(std::uint16_t port, const std::string& address) {
  client::unique_fd held(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // As servers do: a connection that has just ended does not keep its port.
  const int yes = 1;
  ::setsockopt(held.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &place.sin_addr);
  if (::bind(held.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) {
    held.reset();
  }
  return held;
}

std::uint16_t port_of(const client::unique_fd& held) {
  sockaddr_in place{};
  socklen_t length = sizeof place;
  ::getsockname(held.get(), reinterpret_cast<sockaddr*>(&place), &length);
  return ntohs(place.sin_port);
}

} // namespace

bool is_free(std::uint16_t port, const std::string& address) {
  const auto held = bound_to(port, address);
  // With SO_REUSEADDR a port can be bound beside a listener only until one listens too.
  return held && ::listen(held.get(), 1) == 0;
}

std::vector<std::uint16_t> free_ports(std::size_t count) {
  std::vector<client::unique_fd> held; // all at once, so that they differ
  std::vector<std::uint16_t> ports;
  while (ports.size() < count) {
    auto one = bound_to(0, "127.0.0.1");
    if (!one) {
      break;
    }
    ports.push_back(port_of(one));
    held.push_back(std::move(one));
  }
  return ports;
}

} // namespace fedloom::cli
