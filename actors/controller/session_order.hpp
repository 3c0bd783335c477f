#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fedloom::controller {

/// What a session may be told once it exists.
enum class session_order : std::uint8_t {
  stop,
  pause,  ///< its round is given up, its place is free for the next in the queue
  resume, ///< runs or is queued again; the same round begins anew
  cancel, ///< as stop; says that the session was not wanted any more
};

/// What a start may say otherwise than the session's options, which it changes.
struct start_terms {
  std::optional<std::uint32_t> rounds{}; ///< of this run
  std::optional<domain::milliseconds> round_timeout{};
  std::optional<std::string> model_name_prefix{};
  std::optional<std::vector<domain::client_id>> clients{}; ///< selection_options::clients
  bool operator==(const start_terms&) const = default;
};

} // namespace fedloom::controller
