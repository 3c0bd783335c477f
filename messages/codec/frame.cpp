#include "messages/codec/frame.hpp"

#include "messages/codec/body_codec.hpp"
#include "messages/codec/list_codec.hpp"
#include "messages/codec/verification.hpp"

#include "messages/schema/frame_generated.h"

#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace fedloom::codec {

using domain::errc;

namespace {

/// The union's tables in the order of domain::body. A new message is appended here, in frame.fbs and in domain::body.
using body_tables =
    std::tuple<wire::CombinerHello, wire::CombinerWelcome, wire::Join, wire::Placement, wire::Refused,
               wire::ExpectClient, wire::ClientHello, wire::ClientWelcome, wire::Heartbeat, wire::RosterChanged,
               wire::Goodbye, wire::RoundPlan, wire::PlanDeclined, wire::Progress, wire::CloseCollection, wire::Partial,
               wire::RoundClosed, wire::Task, wire::CancelTask, wire::Offer, wire::Validation, wire::TaskFailed,
               wire::Receipt, wire::GetModel, wire::Grant, wire::Credit, wire::Chunk, wire::AbortTransfer,
               wire::Draining, wire::GetPackage>;
inline constexpr std::size_t body_count = std::variant_size_v<domain::body>;

/// True iff the I-th alternative of the variant is what the I-th table reads as, and the union counts alike.
template <std::size_t I>
constexpr bool
    in_order = static_cast<std::size_t>(wire::BodyTraits<std::tuple_element_t<I, body_tables>>::enum_value) == I + 1 &&
               std::is_same_v<std::variant_alternative_t<I, domain::body>,
                              decltype(read(std::declval<const std::tuple_element_t<I, body_tables>&>(),
                                            std::declval<complaint&>()))>;

template <std::size_t... I>
constexpr bool all_in_order(std::index_sequence<I...>) {
  return (in_order<I> && ...);
}
static_assert(std::tuple_size_v<body_tables> == body_count && static_cast<std::size_t>(wire::Body::MAX) == body_count);
static_assert(all_in_order(std::make_index_sequence<body_count>{}), "variant, union and body_tables must agree");

domain::expected<domain::shared_bytes> payload_of(const domain::message& what) {
  return std::visit(
      [&](const auto& body) -> domain::expected<domain::shared_bytes> {
        if constexpr (requires { write_lists(body); }) {
          if (!what.payload.empty()) {
            return domain::failure(errc::internal, "the payload of " + std::string(domain::name_of(what.what)) +
                                                       " is made of its lists; it brings none of its own");
          }
          return write_lists(body).map(domain::shared_bytes::adopt);
        } else {
          return what.payload;
        }
      },
      what.what);
}

template <std::size_t I>
domain::body read_as(const wire::Frame& frame, domain::shared_bytes& payload, complaint& wrong) {
  auto body = read(*static_cast<const std::tuple_element_t<I, body_tables>*>(frame.body()), wrong);
  if constexpr (requires { read_lists(payload.span(), body, wrong); }) {
    if (!payload.empty() && wrong.none()) {
      read_lists(payload.span(), body, wrong);
      payload = {};
    }
  }
  return body;
}

template <std::size_t... I>
domain::body read_body(const wire::Frame& frame, domain::shared_bytes& payload, complaint& wrong,
                       std::index_sequence<I...>) {
  domain::body what;
  const auto kind = static_cast<std::size_t>(frame.body_type());
  const bool known = ((kind == I + 1 && (what = read_as<I>(frame, payload, wrong), true)) || ...);
  if (!known) {
    wrong.say(errc::malformed, "a message of unknown kind " + std::to_string(kind));
  }
  return what;
}

domain::header read_header(const wire::Frame& frame, complaint& wrong) {
  return {.controller_term = domain::term{frame.controller_term()},
          .round = {.session = read_session_or_none(frame.session(), wrong),
                    .round = frame.round(),
                    .attempt = frame.attempt()},
          .correlation = frame.correlation(),
          .trace = frame.trace()};
}

} // namespace

domain::expected<wire_message> encode(const domain::message& what) {
  auto payload = payload_of(what);
  if (!payload) {
    return tl::unexpected(payload.error());
  }
  builder out;
  const auto& head = what.head;
  const auto session = write_text(out, head.round.session.value());
  const auto body = std::visit([&](const auto& alternative) { return write(out, alternative); }, what.what);
  const auto kind = static_cast<wire::Body>(what.what.index() + 1);
  wire::FinishFrameBuffer(out, wire::CreateFrame(out, protocol_version, head.controller_term.value(), session,
                                                 head.round.round, head.round.attempt, head.correlation, head.trace,
                                                 kind, body));
  if (out.GetSize() > max_frame_bytes) {
    return domain::failure(errc::too_large, std::string(domain::name_of(what.what)) + " makes a frame of " +
                                                std::to_string(out.GetSize()) + " bytes");
  }
  return wire_message{bytes_of(out), std::move(*payload)};
}

domain::expected<domain::message> decode(domain::byte_span frame, domain::shared_bytes payload) {
  if (frame.size() > max_frame_bytes) {
    return domain::failure(errc::too_large, "a frame of " + std::to_string(frame.size()) + " bytes");
  }
  const aligned_bytes bytes(frame);
  const auto* prefix = bytes.root<wire::FramePrefix>(wire::FrameIdentifier());
  if (prefix == nullptr) {
    return domain::failure(errc::malformed, "not a frame");
  }
  if (prefix->protocol_version() != protocol_version) {
    return domain::failure(errc::wrong_version, "a frame of protocol version " +
                                                    std::to_string(prefix->protocol_version()) + "; this side speaks " +
                                                    std::to_string(protocol_version));
  }
  const auto* root = bytes.root<wire::Frame>(wire::FrameIdentifier());
  if (root == nullptr) {
    return domain::failure(errc::malformed, "a damaged frame");
  }
  complaint wrong;
  auto head = read_header(*root, wrong);
  auto what = read_body(*root, payload, wrong, std::make_index_sequence<body_count>{});
  if (!wrong.none()) {
    return tl::unexpected(wrong.first());
  }
  return domain::message{std::move(head), std::move(what), std::move(payload)};
}

} // namespace fedloom::codec
