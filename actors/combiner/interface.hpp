#pragma once
#include "actors/combiner/model_cache_machine.hpp"
#include "actors/combiner/parts_machine.hpp"
#include "actors/combiner/roster_machine.hpp"
#include "actors/kernel/wake_timer.hpp"
#include "actors/transport/mailbox.hpp"

namespace fedloom::combiner {

// -- between the actors ----------------------------------------------------------

/// Anyone -> uplink: pass this on to the controller; lost while the uplink is down, and made good when it is up again.
struct to_controller {
  domain::round_key about;
  domain::body what;
  domain::shared_bytes payload;
};
/// uplink -> all: the controller has welcomed us (again): say what you hold.
struct uplink_up {};
/// uplink -> collection: and now it is gone.
struct uplink_down {};
/// roster -> collection.
struct client_came {
  member who;
};
struct client_left {
  domain::client_id client;
  domain::error reason;
};
/// collection -> roster, when it (re)starts: answered by client_came for all members.
struct get_members {};
/// collection -> model_cache, answered by stream_ready or stream_failed.
struct need_stream {
  transfer::stream_name name;
  std::uint64_t bytes;
};
struct stream_ready {
  transfer::stream_name name;
  domain::shared_bytes stream;
};
struct stream_failed {
  transfer::stream_name name;
  domain::error reason;
};
/// model_cache -> collection: a client began to fetch so much.
struct stream_served {
  transfer::stream_name name;
  std::uint64_t bytes;
};
/// collection -> uplink, when it (re)starts: the sums of what was planned here are lost; introduce us again, so that
/// the controller plans it again.
struct reintroduce {};
/// service -> uplink, collection: the process is about to end; take nothing new, hand in what is held.
struct drain {};
/// service -> uplink, roster; collection -> roster: say goodbye.
struct leave {};

// -- reports of worker threads ---------------------------------------------------

struct fold_finished {
  domain::lease_id lease;
  collection::folded outcome;
};
struct freeze_finished {
  domain::lease_id lease;
  domain::shared_bytes sum;
  domain::digest content;
};
struct journal_finished {
  domain::lease_id lease;
  domain::client_id client; ///< empty: not an answer
  domain::expected<void> outcome;
};
struct verify_finished {
  transfer::stream_name name;
  std::shared_ptr<const domain::expected<transfer::served_stream>> outcome;
};

} // namespace fedloom::combiner

FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::to_controller)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::uplink_up)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::client_came)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::client_left)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::get_members)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::need_stream)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::stream_ready)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::stream_failed)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::stream_served)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::reintroduce)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::uplink_down)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::drain)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::leave)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::journal_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::fold_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::freeze_finished)
FEDLOOM_LOCAL_MESSAGE(fedloom::combiner::verify_finished)

namespace fedloom::combiner {

/// Names in the directory.
inline constexpr const char* uplink_name = "uplink";
inline constexpr const char* roster_name = "roster";
inline constexpr const char* collection_name = "collection";
inline constexpr const char* model_cache_name = "model_cache";

using uplink_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< combiner_welcome, refused, heartbeat
                                                             ///< from the controller
                     kernel::notify<transport::peer_notice>, kernel::notify<to_controller>, kernel::notify<reintroduce>,
                     kernel::notify<drain>, kernel::notify<leave>, kernel::notify<kernel::wake>>;

using roster_actor = caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< expect_client, client_hello,
                                                                              ///< heartbeat, goodbye, and strangers
                                      kernel::notify<transport::peer_notice>, kernel::notify<uplink_up>,
                                      kernel::notify<get_members>, kernel::notify<leave>, kernel::notify<kernel::wake>>;

using collection_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< the round dialog from both sides, chunks of uploads
                     kernel::notify<transport::peer_notice>, kernel::notify<uplink_up>, kernel::notify<uplink_down>,
                     kernel::notify<client_came>, kernel::notify<client_left>, kernel::notify<stream_ready>,
                     kernel::notify<stream_failed>, kernel::notify<stream_served>, kernel::notify<fold_finished>,
                     kernel::notify<freeze_finished>, kernel::notify<journal_finished>, kernel::notify<drain>,
                     kernel::notify<kernel::wake>>;

using model_cache_actor =
    caf::typed_actor<kernel::notify<transport::inbound_ptr>, ///< get_model, get_package, grant, credit from clients;
                                                             ///< chunks from the controller
                     kernel::notify<transport::peer_notice>, kernel::notify<uplink_up>, kernel::notify<need_stream>,
                     kernel::notify<verify_finished>, kernel::notify<kernel::wake>>;

} // namespace fedloom::combiner
