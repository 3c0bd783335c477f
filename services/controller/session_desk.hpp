#pragma once
#include "actors/controller/session_order.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/record.hpp"

namespace fedloom::controller {

/// Where REST writes go. Each answers when the change is stored (I-7), or `timed_out` after a few seconds. Any thread
/// but an actor's.
class session_desk {
public:
  virtual ~session_desk() = default;
  /// session (fresh id), name, options and seed are set by the caller.
  virtual domain::expected<domain::session_record> create(domain::session_record wanted) = 0;
  virtual domain::expected<domain::session_record> start(const domain::session_id& which, const start_terms& terms) = 0;
  virtual domain::expected<domain::session_record> change(const domain::session_id& which, session_order what) = 0;
};

} // namespace fedloom::controller
