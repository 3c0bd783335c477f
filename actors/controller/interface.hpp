#pragma once
#include "actors/controller/reduction_worker.hpp"
#include "actors/kernel/wake_timer.hpp"
#include "actors/transport/mailbox.hpp"

namespace fedloom::controller {

// -- what the HTTP side asks ------------------------------------------------------
// Answers are shared: an actor message must be copyable, and a failure is an answer, not an actor's error.

using session_answer = std::shared_ptr<const domain::expected<domain::session_record>>;

struct create_session {
  domain::session_record wanted;
};
struct start_session {
  domain::session_id which;
  start_terms terms;
};
struct change_session {
  domain::session_id which;
  session_order what;
};

// -- what the registry tells --------------------------------------------------------

struct combiner_came {
  domain::combiner_id combiner;
  transport::peer_id peer;
};
struct combiner_went {
  domain::combiner_id combiner;
};
/// It ends soon: no work for it any more, and its parts are to be taken as they are.
struct combiner_drains {
  domain::combiner_id combiner;
};
struct client_came {
  available_client who;
};
struct client_went {
  domain::client_id client;
};
/// session -> registry, when it (re)starts: tell me everything; answered by combiner_came and client_came for all that
/// live.
struct get_fleet {};

// -- between session and reduction ---------------------------------------------------

struct load_model {
  domain::model_id model;
};
struct model_loaded {
  domain::model_id model;
  std::shared_ptr<const domain::expected<head_model>> outcome;
};
struct round_averaged {
  domain::round_key about;
  std::shared_ptr<const domain::expected<head_model>> outcome;
};
struct sum_merged {
  domain::lease_id lease;
};
struct sum_failed {
  domain::lease_id lease;
  domain::error reason;
};
/// reduction -> hand_out: combiners are going to ask for it.
struct model_offered {
  domain::model_id model;
  transfer::served_stream what;
};
struct drop_sum {};

// -- reports of worker threads to the actor that posted the job -------------------------

struct store_finished {
  domain::error reason;
};
struct model_prepared {
  domain::model_id model;
  std::shared_ptr<const domain::expected<prepared_model>> outcome;
};
struct package_loaded {
  domain::package_digest package;
  std::shared_ptr<const domain::expected<transfer::served_stream>> outcome;
};
struct average_finished {
  domain::round_key about;
  std::shared_ptr<const domain::expected<prepared_model>> outcome;
};
struct merge_finished {
  domain::lease_id lease;
  domain::error reason;
};

} // namespace fedloom::controller

FEDLOOM_LOCAL_MESSAGE(fedloom::controller::session_answer)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::create_session)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::start_session)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::change_session)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::combiner_came)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::combiner_went)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::combiner_drains)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::client_came)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::client_went)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::get_fleet)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::load_model)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::model_loaded)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::round_averaged)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::sum_merged)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::sum_failed)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::model_offered)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::drop_sum)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::store_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::model_prepared)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::package_loaded)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::average_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::merge_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::session::begin_sum)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::session::fetch_sum)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::session::abandon_sum)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::session::average)
FEDLOOM_LOCAL_MESSAGE(fedloom::controller::session::drop_state)

namespace fedloom::controller {

/// Names in the directory.
inline constexpr const char* registry_name = "registry";
inline constexpr const char* session_name = "session";
inline constexpr const char* reduction_name = "reduction";
inline constexpr const char* hand_out_name = "hand_out";

using registry_actor = caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< the registration dialog
                                        kernel::notify<transport::peer_notice>, kernel::notify<get_fleet>,
                                        kernel::notify<store_finished>, kernel::notify<kernel::wake>>;

using session_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< progress, plan_declined, partial
                     kernel::notify<transport::peer_notice>,
                     kernel::rpc<session_answer, create_session>, ///< answered when the record is stored
                     kernel::rpc<session_answer, start_session>,  ///< answered when it runs or is queued
                     kernel::rpc<session_answer, change_session>, ///< answered when the outcome is stored
                     kernel::notify<combiner_came>, kernel::notify<combiner_went>, kernel::notify<combiner_drains>,
                     kernel::notify<client_came>, kernel::notify<client_went>, kernel::notify<model_loaded>,
                     kernel::notify<round_averaged>, kernel::notify<sum_merged>, kernel::notify<sum_failed>,
                     kernel::notify<store_finished>, kernel::notify<kernel::wake>>;

using reduction_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< chunk, abort_transfer
                     kernel::notify<transport::peer_notice>,
                     kernel::notify<combiner_came>, ///< whose connection is which
                     kernel::notify<load_model>, kernel::notify<session::begin_sum>, kernel::notify<session::fetch_sum>,
                     kernel::notify<session::abandon_sum>, kernel::notify<session::average>, kernel::notify<drop_sum>,
                     kernel::notify<session::drop_state>, kernel::notify<model_prepared>,
                     kernel::notify<average_finished>, kernel::notify<merge_finished>>;

using hand_out_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< get_model, get_package, grant, credit, abort_transfer
                     kernel::notify<transport::peer_notice>, kernel::notify<model_offered>,
                     kernel::notify<model_prepared>, kernel::notify<package_loaded>>;

} // namespace fedloom::controller
