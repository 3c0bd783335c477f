#include "tests/bench/api.hpp"

#include "tests/bench/bench_failure.hpp"
#include "tests/support/http_client.hpp"

namespace fedloom::bench {

namespace {

std::string successful(const std::string& call, test::http_answer answer) {
  if (answer.status < 200 || answer.status > 299) {
    throw bench_failure(call + " was answered by " + std::to_string(answer.status) + ": " + answer.body);
  }
  return std::move(answer.body);
}

test::http_answer called(std::uint16_t port, const std::string& method, const std::string& path,
                         std::string_view body = {}, std::string_view headers = {}) {
  try {
    return test::http(port, method, path, body, headers);
  } catch (const std::runtime_error& problem) {
    throw bench_failure(method + " " + path + ": " + problem.what());
  }
}

nlohmann::json parsed(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    throw bench_failure("the controller answered no JSON: " + text);
  }
  return json;
}

} // namespace

bool api::ready() const {
  try {
    return test::http(port_, "GET", "/readyz").status == 200;
  } catch (const std::runtime_error&) {
    return false; // nobody listens yet
  }
}

nlohmann::json api::get(const std::string& path) const {
  return parsed(successful("GET " + path, called(port_, "GET", path, {}, "X-Limit: 0\r\n")));
}

nlohmann::json api::post(const std::string& path, const nlohmann::json& body) const {
  return parsed(
      successful("POST " + path, called(port_, "POST", path, body.dump(), "Content-Type: application/json\r\n")));
}

std::string api::upload(domain::byte_span npz) const {
  const std::string boundary = "fedloom-bench-boundary-7d41c2b8";
  std::string body = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"helper\"\r\n\r\nnumpyhelper\r\n--" +
                     boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"seed.npz\"\r\n" +
                     "Content-Type: application/octet-stream\r\n\r\n";
  body.append(reinterpret_cast<const char*>(npz.data()), npz.size()).append("\r\n--" + boundary + "--\r\n");
  const auto type = "Content-Type: multipart/form-data; boundary=" + boundary + "\r\n";
  const auto answer = parsed(successful("POST /api/v1/models", called(port_, "POST", "/api/v1/models", body, type)));
  return answer.at("model_id").get<std::string>();
}

std::string api::download(const std::string& model) const {
  const auto path = "/api/v1/models/" + model + "/download";
  return successful("GET " + path, called(port_, "GET", path));
}

event_stream::event_stream(std::uint16_t port, const std::string& path)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
  std::string head;
  char one = 0;
  bool connected = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                   ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) == std::ssize(request);
  while (connected && !head.ends_with("\r\n\r\n")) {
    connected = ::recv(socket_, &one, 1, 0) == 1;
    head += one;
  }
  if (!connected || !head.starts_with("HTTP/1.1 200 ")) {
    ::close(socket_);
    throw bench_failure("GET " + path + " was answered by " + head.substr(0, head.find('\r')));
  }
}

event_stream::~event_stream() {
  ::close(socket_);
}

server_event event_stream::next(processes& mesh, std::chrono::milliseconds limit) {
  for (;;) {
    if (auto event = parser_.next()) {
      return *event;
    }
    if (!mesh.wait(socket_, limit)) {
      throw bench_failure("nothing happened in the session for " + std::to_string(limit.count() / 1000) + " s\n" +
                          mesh.log_tails());
    }
    char buffer[4096];
    const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) {
      throw bench_failure("the stream of events ended\n" + mesh.log_tails());
    }
    parser_.feed({buffer, static_cast<std::size_t>(count)});
  }
}

} // namespace fedloom::bench
