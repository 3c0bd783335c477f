#include "actors/transport/loopback_gateway.hpp"
#include "tests/contract/gateway_contract.hpp"

namespace fedloom::transport {

class loopback_harness {
public:
  std::unique_ptr<station> open(std::string bind, gateway_limits limits = {}) {
    auto opened = std::make_unique<station>();
    opened->door = net_.open(bind, opened->box.entry(), limits).value();
    opened->endpoint = bind;
    return opened;
  }
  std::string any_port() { return "loop://" + std::to_string(++ports_); }
  bool wait(station& whose, const mailbox::condition& enough) {
    net_.deliver_all();
    return whose.box.holds(enough);
  }
  bool try_wait(station& whose, const mailbox::condition& enough) { return wait(whose, enough); }
  void freeze(station& whose) { net_.hold(*whose.door); }
  void thaw(station& whose) { net_.resume(*whose.door); }
  void inject(const std::string& endpoint, std::vector<domain::shared_bytes> parts) {
    net_.inject(endpoint, std::move(parts));
  }

private:
  loopback_net net_;
  int ports_ = 0;
};

INSTANTIATE_TYPED_TEST_SUITE_P(loopback, gateway_contract, loopback_harness);

} // namespace fedloom::transport
