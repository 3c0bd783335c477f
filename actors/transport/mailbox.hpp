#pragma once
#include "actors/kernel/caf_compat.hpp"
#include "actors/kernel/directory.hpp"
#include "actors/transport/gateway.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace fedloom::transport {

/// A message from the mesh in an actor's mailbox. Shared, because one message may concern several actors.
using inbound_ptr = std::shared_ptr<const inbound>;

/// What every actor that hears the mesh understands.
using mesh_listener = caf::typed_actor<kernel::notify<inbound_ptr>, kernel::notify<peer_notice>>;

/// Which of a service's actors a message is for; empty: nobody here understands it.
using route_table = std::vector<std::string_view> (*)(const inbound&);

/// An inbox that hands messages to actors by name: `routes` decides for messages; notices go to all of `noticed`. What
/// nobody understands goes to `otherwise`.
inbox deliver_to(std::shared_ptr<kernel::directory> names, route_table routes, std::vector<std::string> noticed,
                 std::string otherwise);

} // namespace fedloom::transport

FEDLOOM_LOCAL_MESSAGE(fedloom::transport::inbound_ptr)
FEDLOOM_LOCAL_MESSAGE(fedloom::transport::peer_notice)
