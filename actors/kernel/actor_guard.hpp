#pragma once
#include <caf/error.hpp>
#include <caf/fwd.hpp>

#include <exception>
#include <string>

namespace fedloom::kernel {

/// The first line of every actor's start. A message that the actor does not know is logged and dropped (a request is
/// answered `sec::unexpected_message`); an exception ends the actor with `crash(what())`, for its supervisor to see.
/// Without it CAF prints both to standard output.
void guard(caf::scheduled_actor* self);

/// What an exception says.
std::string what_of(const std::exception_ptr& thrown);

/// The reason of an actor that ended by a mistake in the program.
caf::error crash(std::string what);

/// True for the ends that are no accident: quit() without a reason, and a shutdown that was asked for.
bool ended_normally(const caf::error& reason);

/// The reason as it stands in status and logs: "normal", "kill", or what the exception said. Never empty.
std::string reason_text(const caf::actor_system& system, const caf::error& reason);

} // namespace fedloom::kernel
