#pragma once
#include "messages/domain/bytes.hpp"
#include "tests/bench/event_parser.hpp"
#include "tests/bench/processes.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace fedloom::bench {

/// The few calls of the controller's REST interface that the bench needs. All throw bench_failure.
class api {
public:
  explicit api(std::uint16_t port) : port_(port) {}

  bool ready() const;
  nlohmann::json get(const std::string& path) const;
  nlohmann::json post(const std::string& path, const nlohmann::json& body) const;
  /// Uploads an .npz; its model id.
  std::string upload(domain::byte_span npz) const;
  /// The .npz of a model.
  std::string download(const std::string& model) const;

private:
  std::uint16_t port_;
};

/// A subscription to a session's events. It stands when the constructor returns.
class event_stream {
public:
  event_stream(std::uint16_t port, const std::string& path);
  ~event_stream();
  event_stream(const event_stream&) = delete;
  event_stream& operator=(const event_stream&) = delete;

  /// The next event, while `mesh` is well; see processes::wait. Throws bench_failure if none comes within `limit` or
  /// the stream ends.
  server_event next(processes& mesh, std::chrono::milliseconds limit);

private:
  int socket_ = -1;
  event_parser parser_;
};

} // namespace fedloom::bench
