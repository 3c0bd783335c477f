#pragma once
#include "messages/domain/message.hpp"

#include <map>
#include <optional>

namespace fedloom::simulation {

/// The planted bug `fenced_part_accepted`, between the controller's machines and the network: when a part is planned
/// anew because its combiner was fenced, and that combiner comes back, then what it has under the fenced lease is taken
/// for the new part.
class lease_mix_up {
public:
  /// False: it is not sent at all.
  bool outgoing(domain::combiner_id& to, const domain::round_key& about, domain::body& what);
  void incoming(domain::combiner_id& from, domain::body& what);

private:
  struct part {
    domain::combiner_id combiner;
    domain::round_key round;
    std::vector<domain::client_id> cohort;
  };
  void planned(const domain::combiner_id& to, const domain::round_key& about, const domain::round_plan& plan);

  std::map<domain::lease_id, part> parts_;
  std::map<domain::lease_id, domain::lease_id> successors_; ///< of fenced leases
  std::map<domain::lease_id, domain::lease_id> mixed_up_;   ///< successors whose predecessor has come back
};

} // namespace fedloom::simulation
