#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/strong_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fedloom::domain {

/// UUIDv4 as lower-case text.
using session_id = strong_id<struct session_tag, std::string>;
/// `[A-Za-z0-9_.-]{1,64}`, chosen by the data owner; see `valid_name`.
using client_id = strong_id<struct client_tag, std::string>;
/// `[A-Za-z0-9_.-]{1,64}`, stable over restarts of one combiner.
using combiner_id = strong_id<struct combiner_tag, std::string>;
/// Names one combiner's part of one collection; a combiner whose lease ended is fenced by it.
using lease_id = strong_id<struct lease_tag, std::uint64_t>;
/// One bulk transfer on one connection; chosen by the side that asks for it.
using transfer_id = strong_id<struct transfer_tag, std::uint64_t>;
/// +1 at each start of the controller; frames of older terms are refused.
using term = strong_id<struct term_tag, std::uint64_t>;

/// SHA-256 over the canonical manifest and the tensor bytes' leaves; see actors/model/stream.hpp.
using model_id = strong_id<struct model_tag, std::array<std::uint8_t, 32>>;
/// SHA-256 of a compute package's archive.
using package_digest = strong_id<struct package_tag, std::array<std::uint8_t, 32>>;
/// XXH3-128 of some bytes. Guards against accidents, not against attackers.
using digest = strong_id<struct digest_tag, std::array<std::uint8_t, 16>>;
/// 128 random bits that prove something: a resume token or a placement ticket.
using token = strong_id<struct token_tag, std::array<std::uint8_t, 16>>;

/// True iff `text` may be a client or combiner id.
bool valid_name(std::string_view text);
/// True iff `text` is a lower-case UUID.
bool valid_uuid(std::string_view text);

/// 64 lower-case hex digits.
std::string to_hex(const model_id& id);
std::string to_hex(const package_digest& value);
/// 32 lower-case hex digits.
std::string to_hex(const digest& value);
std::string to_hex(const token& value);
/// The inverse of to_hex(model_id); `malformed` for anything but 64 hex digits.
expected<model_id> model_id_from_hex(std::string_view text);
/// The inverse of to_hex(package_digest); `malformed` for anything but 64 hex digits.
expected<package_digest> package_digest_from_hex(std::string_view text);
/// The inverse of to_hex(token); `malformed` for anything but 32 hex digits.
expected<token> token_from_hex(std::string_view text);

/// A numbered try of a numbered round of a session. `round` counts from 1 within the session, `attempt` from 1.
struct round_key {
  session_id session;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  auto operator<=>(const round_key&) const = default;
};

/// What an update is known by; never contains a term (I-1).
struct update_key {
  round_key round;
  client_id client;
  auto operator<=>(const update_key&) const = default;
};

/// "session/round.attempt", for logs and test output.
std::string to_string(const round_key& key);

} // namespace fedloom::domain
