#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/message.hpp"

#include <vector>

namespace fedloom::codec {

/// +1 when a peer of the older version could not understand a frame any more.
inline constexpr std::uint16_t protocol_version = 1;
/// Larger frames are refused unread.
inline constexpr std::size_t max_frame_bytes = 8 * 1024;

/// A message as it travels: one FlatBuffer under 8 KB and, when not empty, one raw payload.
struct wire_message {
  std::vector<std::byte> frame;
  domain::shared_bytes payload;
};

/// Lists that may outgrow a frame (round_plan's cohort and exponents, partial's contributions and failures,
/// roster_changed's names) become the payload, as a FlatBuffer of their own; such messages must not bring a payload.
/// Texts are cut to their bound (error text 4 KiB). `too_large` if the frame still does not fit.
domain::expected<wire_message> encode(const domain::message& what);

/// Reads a frame from anywhere: verified (size, identifier, FlatBuffers verifier, version, known kind, ids well formed)
/// before anything in it is used. The frame's bytes may lie at any address and are not referred to afterwards; the
/// payload is kept without a copy. malformed, wrong_version or too_large.
domain::expected<domain::message> decode(domain::byte_span frame, domain::shared_bytes payload);

} // namespace fedloom::codec
