#pragma once
#include "actors/storage/round_store.hpp"
#include "messages/domain/bytes.hpp"
#include "messages/domain/journal.hpp"
#include "messages/domain/message.hpp"

#include <functional>
#include <map>
#include <variant>
#include <vector>

namespace fedloom::simulation {

/// What can be seen of a mesh from outside its machines: what crosses the network, and what is on the disks.
namespace event {
struct started {
  std::string who;
};
struct killed {
  std::string who;
};
/// The controller drew a new term.
struct began_term {
  domain::term term;
};
/// Handed to the network. `to` is empty when the sender does not know who is there.
struct said {
  std::string who;
  std::string to;
  domain::message what;
};
/// Delivered by the network. `from` is empty when the receiver does not know who it is.
struct heard {
  std::string who;
  std::string from;
  domain::message what;
};
/// A batch of the controller is on disk.
struct wrote {
  storage::batch what;
};
/// A model is on disk.
struct kept_model {
  domain::model_id id;
  domain::shared_bytes stream;
};
/// An optimizer's state, as the controller believes that nobody needs any more, is gone from the disk.
struct dropped_model {
  domain::model_id id;
};
/// A record of a combiner's journal is on disk.
struct journalled {
  std::string who;
  std::variant<domain::journalled_plan, domain::journalled_answer, domain::journalled_end> what;
};
/// A client's store holds exactly these updates: said after each change that is durable, and when a process finds it
/// so.
struct holds {
  std::string who;
  std::map<domain::round_key, domain::digest> what;
};
/// Somebody's request to the controller was answered with success.
struct acknowledged {
  domain::session_record what;
};
} // namespace event

using happening =
    std::variant<event::started, event::killed, event::began_term, event::said, event::heard, event::wrote,
                 event::kept_model, event::dropped_model, event::journalled, event::holds, event::acknowledged>;

struct history_entry {
  domain::instant when;
  happening what;
  domain::timestamp date{}; ///< what the calendar says, which somebody may set
};

/// Messages that a history is told of; the others (heartbeats, chunks, ...) say nothing about invariants.
inline bool is_of_interest(const domain::body& what) {
  return std::holds_alternative<domain::round_plan>(what) || std::holds_alternative<domain::partial>(what) ||
         std::holds_alternative<domain::receipt>(what) || std::holds_alternative<domain::progress>(what) ||
         std::holds_alternative<domain::round_closed>(what) || std::holds_alternative<domain::offer>(what) ||
         std::holds_alternative<domain::cancel_task>(what);
}

/// Who wants to know what happens while it happens.
using observer = std::function<void(const history_entry&)>;

} // namespace fedloom::simulation
