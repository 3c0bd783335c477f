#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace fedloom::domain {

/// Why something was refused or went wrong. The numbers stand on the wire and in stores: append, never reuse.
enum class errc : std::uint16_t {
  none = 0,
  malformed = 1,              ///< bytes or text that cannot be read as what they claim to be
  wrong_version = 2,          ///< a frame of another protocol version
  too_large = 3,              ///< a size above the configured or agreed bound
  not_found = 4,              ///< the named thing does not exist
  already_exists = 5,         ///< the name is taken by another thing
  wrong_state = 6,            ///< valid in itself, but not now
  unavailable = 7,            ///< nobody can serve this at the moment; try again
  timed_out = 8,              ///< the answer did not come in its time
  denied = 9,                 ///< policy says no
  client_id_taken = 10,       ///< the id has a living lease and the token does not match
  bad_ticket = 11,            ///< the combiner does not expect this client, or not with this ticket
  unknown_peer = 12,          ///< the connection has not introduced itself (any more): say hello again
  stale_term = 13,            ///< from a controller that has been replaced
  stale_lease = 14,           ///< from a combiner that was fenced
  late = 15,                  ///< the round does not take updates any more
  wrong_parent = 16,          ///< trained from another model than the round's
  wrong_shape = 17,           ///< names, order or shapes of tensors differ from the global model's
  wrong_dtype = 18,           ///< a tensor's type differs from the global model's
  not_finite = 19,            ///< NaN or infinity in a float tensor
  out_of_range = 20,          ///< a value too large for the round's scale; needs a larger exponent
  bad_weight = 21,            ///< example_count is zero or above what the client declared
  digest_mismatch = 22,       ///< the bytes are not those that were announced
  entry_point_missing = 23,   ///< the package has no command for this task
  entry_point_failed = 24,    ///< the command ended with a non-zero status
  entry_point_timed_out = 25, ///< the command was killed at its time limit
  no_output = 26,             ///< the command ended well but wrote no model or no metadata
  bad_output = 27,            ///< what the command wrote cannot be read
  cancelled = 28,             ///< ended on request
  client_lost = 29,           ///< the client's lease ended before it answered
  combiner_lost = 30,         ///< the combiner's lease ended before it reported
  quorum_missed = 31,         ///< the round ended with fewer updates than it needs
  no_clients = 32,            ///< not enough eligible clients to open a round
  storage_failed = 33,        ///< disk full, unreadable folder, damaged file
  config_invalid = 34,        ///< a configuration key is unknown or its value out of range
  unsupported = 35,           ///< well formed, but this version cannot do it
  internal = 36,              ///< a programmer's mistake; please report
  busy = 37,                  ///< a bound is reached; try again later
  storage_full = 38,          ///< the disk, or the bound set for it, is full: free some space
  draining = 39,              ///< the service is about to end and takes nothing new
  paused = 40,                ///< the session was paused; its round begins anew when it is resumed
  package_unsafe = 41,        ///< the archive holds what may not be unpacked: an absolute path, a link, too much
  signature_invalid = 42,     ///< not signed by one of the keys that are trusted here
  environment_failed = 43,    ///< the package's Python environment could not be made
};

/// The code's name as it stands in logs, metrics and REST answers, for example "wrong_shape".
std::string_view to_string(errc code);

/// An operational failure: what was wrong and what to do about it, in one sentence for a person.
struct error {
  errc code = errc::none;
  std::string text;
  bool operator==(const error&) const = default;
};

/// "wrong_shape: tensor 2 ..."
std::string to_string(const error& e);

} // namespace fedloom::domain
