#pragma once
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/config.hpp>
#include <caf/typed_actor.hpp>

/// The only place that knows how CAF 0.17 differs from 1.x in what our interfaces say. Interfaces are written as
/// `caf::typed_actor<rpc<status, get_status>, notify<round_closed>>`.
namespace fedloom::kernel {

static_assert(CAF_VERSION >= 1706 && CAF_VERSION < 1800, "write this header's aliases for the new CAF");

/// A request with `Args...` that is answered by an `R`.
template <class R, class... Args>
using rpc = typename caf::replies_to<Args...>::template with<R>;

/// A message that has no answer.
template <class... Args>
using notify = caf::reacts_to<Args...>;

} // namespace fedloom::kernel

/// At global scope, behind the definition: `type` may travel between the actors of this process. It needs no `inspect`,
/// for actor messages never leave the process.
#define FEDLOOM_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
