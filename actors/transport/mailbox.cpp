#include "actors/transport/mailbox.hpp"

namespace fedloom::transport {

inbox deliver_to(std::shared_ptr<kernel::directory> names, route_table routes, std::vector<std::string> noticed,
                 std::string otherwise) {
  inbox to;
  to.deliver = [names, routes, otherwise](inbound what) {
    const auto message = std::make_shared<const inbound>(std::move(what));
    const auto targets = routes(*message);
    for (const auto target : targets) {
      names->send<mesh_listener>(std::string(target), message);
    }
    if (targets.empty()) {
      names->send<mesh_listener>(otherwise, message);
    }
  };
  to.notice = [names, noticed](peer_notice what) {
    for (const auto& name : noticed) {
      names->send<mesh_listener>(name, what);
    }
  };
  return to;
}

} // namespace fedloom::transport
