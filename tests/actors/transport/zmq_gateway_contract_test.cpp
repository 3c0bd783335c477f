#include "tests/actors/transport/zmq_stations.hpp"
#include "tests/contract/gateway_contract.hpp"

#include <zmq.h>

namespace fedloom::transport {

/// A DEALER without any manners.
class stranger {
public:
  explicit stranger(const std::string& endpoint) {
    const int no_end = -1;
    zmq_setsockopt(socket_, ZMQ_LINGER, &no_end, sizeof no_end);
    zmq_connect(socket_, endpoint.c_str());
  }
  ~stranger() {
    const int at_once = 0;
    zmq_setsockopt(socket_, ZMQ_LINGER, &at_once, sizeof at_once);
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }
  stranger(const stranger&) = delete;
  stranger& operator=(const stranger&) = delete;

  void say(const std::vector<domain::shared_bytes>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      zmq_send(socket_, parts[i].data(), parts[i].size(), i + 1 < parts.size() ? ZMQ_SNDMORE : 0);
    }
  }

private:
  void* context_ = zmq_ctx_new();
  void* socket_ = zmq_socket(context_, ZMQ_DEALER);
};

class zmq_harness {
public:
  std::unique_ptr<station> open(std::string bind, gateway_limits limits = {}) {
    return open_station(std::move(bind), limits);
  }
  std::string any_port() { return any_tcp_port; }
  bool wait(station& whose, const mailbox::condition& enough) { return whose.box.wait(enough); }
  bool try_wait(station& whose, const mailbox::condition& enough) {
    return whose.box.wait(enough, std::chrono::milliseconds{10});
  }
  void freeze(station& whose) { whose.box.freeze(); }
  void thaw(station& whose) { whose.box.thaw(); }
  void inject(const std::string& endpoint, const std::vector<domain::shared_bytes>& parts) {
    if (!stranger_) {
      stranger_ = std::make_unique<stranger>(endpoint);
    }
    stranger_->say(parts);
  }

private:
  std::unique_ptr<stranger> stranger_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(zmq, gateway_contract, zmq_harness);

} // namespace fedloom::transport
