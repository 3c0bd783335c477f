#include "services/controller/actor_session_desk.hpp"

#include <caf/all.hpp>

namespace fedloom::controller {

using domain::errc;

namespace {

constexpr std::chrono::seconds answer_limit{10};

} // namespace

domain::expected<domain::session_record> actor_session_desk::create(domain::session_record wanted) {
  return ask(create_session{std::move(wanted)});
}

domain::expected<domain::session_record> actor_session_desk::start(const domain::session_id& which,
                                                                   const start_terms& terms) {
  return ask(start_session{which, terms});
}

domain::expected<domain::session_record> actor_session_desk::change(const domain::session_id& which,
                                                                    session_order what) {
  return ask(change_session{which, what});
}

template <class Request>
domain::expected<domain::session_record> actor_session_desk::ask(Request what) {
  const auto session = names_->at<session_actor>(session_name);
  if (!session) {
    return domain::failure(errc::unavailable, "the controller is recovering; try again in a moment");
  }
  domain::expected<domain::session_record> answer =
      domain::failure(errc::timed_out, "the store did not confirm in time; look at the session before you try again");
  caf::scoped_actor self(system_);
  self->request(session, answer_limit, std::move(what))
      .receive([&](const session_answer& said) { answer = *said; },
               [&](const caf::error&) {
                 // Its end or its silence: either way the outcome is unknown to us.
               });
  return answer;
}

} // namespace fedloom::controller
