#pragma once
#include <cstdint>

namespace fedloom::controller {

/// What a session may be told once it exists.
enum class session_order : std::uint8_t {
  stop,
  pause,  ///< its round is given up, its place is free for the next in the queue
  resume, ///< runs or is queued again; the same round begins anew
  cancel, ///< as stop; says that the session was not wanted any more
};

} // namespace fedloom::controller
