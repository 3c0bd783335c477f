#include "actors/kernel/actor_guard.hpp"

#include "actors/kernel/logger.hpp"

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

namespace fedloom::kernel {

namespace {

/// The types only: the values may be secret.
std::string types_of(const caf::type_erased_tuple& content) {
  std::string out;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const auto [number, info] = content.type(i);
    out += (i == 0 ? "" : ", ") + (info != nullptr ? std::string(info->name()) : "built-in " + std::to_string(number));
  }
  return out;
}

} // namespace

void guard(caf::scheduled_actor* self) {
  self->set_default_handler([](caf::scheduled_actor* me, caf::message_view& view) {
    log(log_level::warn, me->name(), "message-dropped", {{"types", types_of(view.content())}});
    return caf::drop(me, view);
  });
  self->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& thrown) { return crash(what_of(thrown)); });
}

std::string what_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

caf::error crash(std::string what) {
  return caf::make_error(caf::sec::runtime_error, std::move(what));
}

bool ended_normally(const caf::error& reason) {
  // A reason without an error may not be asked for its code.
  return !reason || reason == caf::exit_reason::normal || reason == caf::exit_reason::user_shutdown;
}

std::string reason_text(const caf::actor_system& system, const caf::error& reason) {
  if (!reason) {
    return "normal";
  }
  if (reason == caf::exit_reason::kill) {
    return "kill";
  }
  if (reason == caf::exit_reason::user_shutdown) {
    return "shutdown";
  }
  if (reason.context().size() > 0 && reason.context().match_element<std::string>(reason.context().size() - 1)) {
    auto text = reason.context().get_as<std::string>(reason.context().size() - 1);
    if (!text.empty()) {
      return text;
    }
  }
  return system.render(reason);
}

} // namespace fedloom::kernel
