#pragma once
#include "messages/codec/fields.hpp"
#include "messages/domain/message.hpp"

namespace fedloom::wire {
struct CombinerHello;
struct CombinerWelcome;
struct Join;
struct Placement;
struct Refused;
struct ExpectClient;
struct ClientHello;
struct ClientWelcome;
struct Heartbeat;
struct RosterChanged;
struct Goodbye;
struct RoundPlan;
struct PlanDeclined;
struct Progress;
struct CloseCollection;
struct Partial;
struct RoundClosed;
struct Task;
struct CancelTask;
struct Offer;
struct Validation;
struct TaskFailed;
struct Receipt;
struct GetModel;
struct Grant;
struct Credit;
struct Chunk;
struct AbortTransfer;
struct Draining;
struct GetPackage;
} // namespace fedloom::wire

/// One pair per message: `write` puts the body into a frame under construction, `read` takes it out of a verified one.
/// Lists that travel as the payload are neither written nor read here; see list_codec.hpp.
namespace fedloom::codec {

/// The body as a union member.
using body_offset = offset<void>;

// -- registration_codec.cpp -----------------------------------------------------------------------------------------

body_offset write(builder& out, const domain::combiner_hello& what);
body_offset write(builder& out, const domain::combiner_welcome& what);
body_offset write(builder& out, const domain::join& what);
body_offset write(builder& out, const domain::placement& what);
body_offset write(builder& out, const domain::refused& what);
body_offset write(builder& out, const domain::expect_client& what);
body_offset write(builder& out, const domain::client_hello& what);
body_offset write(builder& out, const domain::client_welcome& what);
body_offset write(builder& out, const domain::heartbeat& what);
body_offset write(builder& out, const domain::roster_changed& what);
body_offset write(builder& out, const domain::goodbye& what);
body_offset write(builder& out, const domain::draining& what);

domain::combiner_hello read(const wire::CombinerHello& from, complaint& wrong);
domain::combiner_welcome read(const wire::CombinerWelcome& from, complaint& wrong);
domain::join read(const wire::Join& from, complaint& wrong);
domain::placement read(const wire::Placement& from, complaint& wrong);
domain::refused read(const wire::Refused& from, complaint& wrong);
domain::expect_client read(const wire::ExpectClient& from, complaint& wrong);
domain::client_hello read(const wire::ClientHello& from, complaint& wrong);
domain::client_welcome read(const wire::ClientWelcome& from, complaint& wrong);
domain::heartbeat read(const wire::Heartbeat& from, complaint& wrong);
domain::roster_changed read(const wire::RosterChanged& from, complaint& wrong);
domain::goodbye read(const wire::Goodbye& from, complaint& wrong);
domain::draining read(const wire::Draining& from, complaint& wrong);

// -- round_codec.cpp ------------------------------------------------------------------------------------------------

body_offset write(builder& out, const domain::round_plan& what);
body_offset write(builder& out, const domain::plan_declined& what);
body_offset write(builder& out, const domain::progress& what);
body_offset write(builder& out, const domain::close_collection& what);
body_offset write(builder& out, const domain::partial& what);
body_offset write(builder& out, const domain::round_closed& what);
body_offset write(builder& out, const domain::task& what);
body_offset write(builder& out, const domain::cancel_task& what);
body_offset write(builder& out, const domain::offer& what);
body_offset write(builder& out, const domain::validation& what);
body_offset write(builder& out, const domain::task_failed& what);
body_offset write(builder& out, const domain::receipt& what);

domain::round_plan read(const wire::RoundPlan& from, complaint& wrong);
domain::plan_declined read(const wire::PlanDeclined& from, complaint& wrong);
domain::progress read(const wire::Progress& from, complaint& wrong);
domain::close_collection read(const wire::CloseCollection& from, complaint& wrong);
domain::partial read(const wire::Partial& from, complaint& wrong);
domain::round_closed read(const wire::RoundClosed& from, complaint& wrong);
domain::task read(const wire::Task& from, complaint& wrong);
domain::cancel_task read(const wire::CancelTask& from, complaint& wrong);
domain::offer read(const wire::Offer& from, complaint& wrong);
domain::validation read(const wire::Validation& from, complaint& wrong);
domain::task_failed read(const wire::TaskFailed& from, complaint& wrong);
domain::receipt read(const wire::Receipt& from, complaint& wrong);

// -- transfer_codec.cpp ---------------------------------------------------------------------------------------------

body_offset write(builder& out, const domain::get_model& what);
body_offset write(builder& out, const domain::get_package& what);
body_offset write(builder& out, const domain::grant& what);
body_offset write(builder& out, const domain::credit& what);
body_offset write(builder& out, const domain::chunk& what);
body_offset write(builder& out, const domain::abort_transfer& what);

domain::get_model read(const wire::GetModel& from, complaint& wrong);
domain::get_package read(const wire::GetPackage& from, complaint& wrong);
domain::grant read(const wire::Grant& from, complaint& wrong);
domain::credit read(const wire::Credit& from, complaint& wrong);
domain::chunk read(const wire::Chunk& from, complaint& wrong);
domain::abort_transfer read(const wire::AbortTransfer& from, complaint& wrong);

} // namespace fedloom::codec
