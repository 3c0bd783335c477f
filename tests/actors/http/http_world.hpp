#pragma once
#include "actors/http/client.hpp"
#include "services/runtime/http_server.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <future>

namespace fedloom::http {

/// A listening socket whose one visitor is answered with bytes that no proper server would send.
class rough_server {
public:
  /// Each connection is answered by the next of these, whole, and closed.
  explicit rough_server(std::vector<std::string> answers)
      : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listening_, reinterpret_cast<const sockaddr*>(&place), sizeof place);
    ::listen(listening_, 8);
    socklen_t length = sizeof place;
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&place), &length);
    port_ = ntohs(place.sin_port);
    serving_ = std::async(std::launch::async, [this, answers = std::move(answers)] {
      for (const auto& one : answers) {
        serve(one);
      }
    });
  }
  ~rough_server() {
    ::shutdown(listening_, SHUT_RDWR);
    serving_.wait();
    ::close(listening_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// What was asked, head by head; once all answers are given.
  const std::vector<std::string>& requests() {
    serving_.wait();
    return requests_;
  }

private:
  void serve(const std::string& answer) {
    const int peer = ::accept(listening_, nullptr, nullptr);
    if (peer < 0) {
      return;
    }
    std::string head;
    char one = 0;
    while (head.find("\r\n\r\n") == std::string::npos && ::recv(peer, &one, 1, 0) == 1) {
      head += one;
    }
    requests_.push_back(head);
    ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::shutdown(peer, SHUT_WR);
    ::recv(peer, &one, 1, 0); // until the other side has closed too
    ::close(peer);
  }

  int listening_;
  std::uint16_t port_ = 0;
  std::vector<std::string> requests_;
  std::future<void> serving_;
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream from(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(from), {}};
}

} // namespace fedloom::http
