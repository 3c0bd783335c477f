#pragma once
#include "actors/client/membership_machine.hpp"
#include "actors/client/task_machine.hpp"
#include "actors/kernel/wake_timer.hpp"
#include "actors/transport/mailbox.hpp"

namespace fedloom::client {

/// membership -> tasks: the combiner welcomed us over this connection.
struct combiner_attached {
  transport::peer_id peer;
};
struct combiner_detached {};
/// tasks -> membership, when it (re)starts: whatever was asked of us is lost; greet the combiner again, so that it asks
/// again. Answered by combiner_attached when it has welcomed us.
struct reintroduce {};
/// membership -> tasks: tasks are going to name this package.
struct package_expected {
  domain::package_ref package;
};
/// service -> membership: the process is about to end; say goodbye.
struct leave {};

/// What the trainer's thread reports.
struct prepare_finished {
  domain::package_digest package;
  domain::expected<void> outcome;
};
struct train_finished {
  domain::round_key round;
  std::shared_ptr<const domain::expected<trained_update>> outcome;
};
struct validate_finished {
  domain::round_key round;
  domain::task_kind kind; ///< or predict
  std::shared_ptr<const domain::expected<validation_result>> outcome;
};

} // namespace fedloom::client

FEDLOOM_LOCAL_MESSAGE(fedloom::client::combiner_attached)
FEDLOOM_LOCAL_MESSAGE(fedloom::client::combiner_detached)
FEDLOOM_LOCAL_MESSAGE(fedloom::client::reintroduce)
FEDLOOM_LOCAL_MESSAGE(fedloom::client::leave)
FEDLOOM_LOCAL_MESSAGE(fedloom::client::package_expected)
FEDLOOM_LOCAL_MESSAGE(fedloom::client::prepare_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::client::train_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::client::validate_finished)

namespace fedloom::client {

using membership_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< placement, refused, client_welcome, heartbeat, goodbye
                     kernel::notify<transport::peer_notice>, kernel::notify<reintroduce>, kernel::notify<leave>,
                     kernel::notify<kernel::wake>>;

using task_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< task, cancel_task, receipt, and chunks of streams
                     kernel::notify<transport::peer_notice>, kernel::notify<combiner_attached>,
                     kernel::notify<combiner_detached>, kernel::notify<package_expected>,
                     kernel::notify<prepare_finished>, kernel::notify<train_finished>,
                     kernel::notify<validate_finished>, kernel::notify<kernel::wake>>;

/// Names in the directory. Many clients may live in one process, hence the id.
inline std::string membership_name(const domain::client_id& client) {
  return "membership/" + client.value();
}
inline std::string task_name(const domain::client_id& client) {
  return "tasks/" + client.value();
}

} // namespace fedloom::client
