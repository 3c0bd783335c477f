#include "actors/client/deps.hpp"

namespace fedloom::client {

namespace {

/// The client that this connection belongs to; empty when the client has given it up.
domain::client_id owner_of(const std::string& identity) {
  return domain::client_id{identity.substr(0, identity.find('/'))};
}

bool is_for_tasks(const domain::body& what) {
  return std::visit(domain::overloaded{
                        [](const domain::task&) { return true; },
                        [](const domain::cancel_task&) { return true; },
                        [](const domain::receipt&) { return true; },
                        [](const domain::grant&) { return true; },
                        [](const domain::credit&) { return true; },
                        [](const domain::chunk&) { return true; },
                        [](const domain::abort_transfer&) { return true; },
                        [](const auto&) { return false; },
                    },
                    what);
}

} // namespace

transport::inbox deliver_to_clients(std::shared_ptr<kernel::directory> names) {
  transport::inbox to;
  to.deliver = [names](transport::inbound in) {
    const auto client = owner_of(in.identity);
    const auto name = is_for_tasks(in.what.what) ? task_name(client) : membership_name(client);
    names->send<transport::mesh_listener>(name, std::make_shared<const transport::inbound>(std::move(in)));
  };
  to.notice = [names](transport::peer_notice notice) {
    names->send<transport::mesh_listener>(membership_name(owner_of(notice.identity)), notice);
  };
  return to;
}

} // namespace fedloom::client
