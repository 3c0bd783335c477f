#pragma once
#include "actors/transport/dialog_machine.hpp"
#include "messages/domain/message.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace fedloom::client {

/// Who this client is. Fixed for its life.
struct membership_config {
  domain::client_id client;
  std::string name;
  std::string controller_endpoint;
  domain::combiner_id preferred_combiner;
  std::uint64_t max_examples = 1;
  transport::dialog_limits limits;
  domain::machine_claim machine{}; ///< told with every join
};

/// The two connections that a client may hold.
enum class link : std::uint8_t { controller, combiner };

namespace membership {
struct open {
  link at;
  std::string endpoint;
};
struct close {
  link at;
};
struct send {
  link at;
  domain::body what;
};
struct keep_token {
  domain::token resume;
}; ///< on disk, before the ticket is used
struct attached {
  domain::combiner_id combiner;
}; ///< the combiner welcomed us: work may flow
struct detached {
  domain::error reason;
}; ///< no more work from there until `attached`
struct joined {
  domain::combiner_id combiner;
  std::string endpoint;
  domain::package_ref package; ///< what tasks are going to name; none: nobody knows yet
};
struct turned_away {
  domain::error reason;
}; ///< the controller refused the join; tried again later
using effect = std::variant<open, close, send, keep_token, attached, detached, joined, turned_away>;
using effects = std::vector<effect>;
} // namespace membership

/// Decides where a client belongs: joins at the controller, then works with the combiner it was placed at, and joins
/// again when that one is lost. Holds at most one connection for longer than a join takes. Pure.
///
///   joining --placement--> greeting --client_welcome--> member
///      ^                      | bad ticket, no answer      | lease over
///      +----------------------+----------------------------+
class membership_machine {
public:
  membership_machine(membership_config config, domain::token resume, std::uint32_t seed);

  membership::effects start(domain::instant now);
  /// A message of the registration dialog; others are ignored.
  membership::effects received(domain::instant now, link from, const domain::body& what);
  /// Any frame came in over this connection.
  void heard(domain::instant now, link from);
  membership::effects gone(domain::instant now, link at);
  membership::effects tick(domain::instant now);
  /// A member introduces itself to its combiner anew, as if the connection had broken.
  membership::effects greet_again(domain::instant now);
  /// Says goodbye and closes what is open.
  membership::effects leave(const std::string& reason);

  std::optional<domain::instant> next_wake() const;
  bool is_member() const noexcept { return at_combiner_.is_established(); }

private:
  /// `lost`: the combiner that has fallen silent or said goodbye.
  membership::effects join(domain::instant now, const domain::combiner_id& lost = {});
  membership::effects on(domain::instant now, const domain::placement& placed);
  membership::effects on_refused(domain::instant now, link from, const domain::refused& why);
  membership::effects translate(domain::instant now, link at, transport::dialog::effects from);
  transport::dialog_machine& dialog_at(link at) { return at == link::controller ? at_controller_ : at_combiner_; }

  membership_config config_;
  domain::token resume_;
  transport::dialog_machine at_controller_;
  transport::dialog_machine at_combiner_;
  domain::placement placed_;
};

} // namespace fedloom::client
