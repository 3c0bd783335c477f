#pragma once
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fedloom::test {

/// A TCP connection to a port of this machine, blocking, with a limit of 30 s per step.
class tcp_connection {
public:
  explicit tcp_connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
  }
  ~tcp_connection() { ::close(socket_); }
  tcp_connection(const tcp_connection&) = delete;
  tcp_connection& operator=(const tcp_connection&) = delete;

  /// False: the other side closed before it had everything.
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Reads on until `text` holds `end`, or the other side closes. Returns all that was read and not yet taken.
  std::string read_until(std::string_view end = {}) {
    char buffer[65536];
    while (end.empty() || unread_.find(end) == std::string::npos) {
      const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) {
        return std::exchange(unread_, {});
      }
      unread_.append(buffer, static_cast<std::size_t>(count));
    }
    const auto length = unread_.find(end) + end.size();
    auto text = unread_.substr(0, length);
    unread_.erase(0, length);
    return text;
  }

private:
  int socket_;
  std::string unread_;
};

struct http_answer {
  int status = 0; ///< 0: no answer
  std::string head;
  std::string body;

  bool has_header(std::string_view line) const {
    return head.find("\r\n" + std::string{line} + "\r\n") != std::string::npos;
  }
};

inline http_answer answer_from(const std::string& text) {
  const auto end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    return {};
  }
  return {std::atoi(text.c_str() + 9), text.substr(0, end + 2), text.substr(end + 4)};
}

/// One request, one answer. `headers`: whole lines, each with its CR LF.
inline http_answer http(std::uint16_t port, std::string_view method, std::string_view path, std::string_view body = {},
                        std::string_view headers = {}) {
  tcp_connection connection(port);
  std::string head{method};
  head.append(" ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
  if (!body.empty()) {
    head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  connection.write(head + "\r\n");
  connection.write(body); // a refusal may come before all is sent
  return answer_from(connection.read_until());
}

} // namespace fedloom::test
