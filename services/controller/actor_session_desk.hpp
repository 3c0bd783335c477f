#pragma once
#include "actors/controller/deps.hpp"
#include "services/controller/session_desk.hpp"

namespace fedloom::controller {

/// Asks the session actor, and waits for its answer on the caller's thread.
class actor_session_desk final : public session_desk {
public:
  actor_session_desk(caf::actor_system& system, std::shared_ptr<kernel::directory> names)
      : system_(system), names_(std::move(names)) {}

  domain::expected<domain::session_record> create(domain::session_record wanted) override;
  domain::expected<domain::session_record> start(const domain::session_id& which, const start_terms& terms) override;
  domain::expected<domain::session_record> change(const domain::session_id& which, session_order what) override;

private:
  template <class Request>
  domain::expected<domain::session_record> ask(Request what);

  caf::actor_system& system_;
  std::shared_ptr<kernel::directory> names_;
};

} // namespace fedloom::controller
