#pragma once
#include "actors/client/runtime/trainer.hpp"
#include "messages/domain/journal.hpp"
#include "messages/domain/message.hpp"

#include <memory>
#include <variant>
#include <vector>

/// What a client's task machine is bound by, what it is told, and what it asks for.
namespace fedloom::client {

/// Bounds of one client. At a bound the oldest entry gives way, and the combiner hears why.
struct task_limits {
  std::uint32_t window = 8;         ///< chunks on their way while a model is fetched
  domain::milliseconds stall{3000}; ///< a fetch without a chunk for so long is asked for again
  std::size_t waiting_tasks = 4;
  std::size_t kept_updates = 4;                           ///< >= 1
  std::uint64_t kept_bytes = std::uint64_t{2} << 30;      ///< of all kept updates; the newest is kept whatever its size
  domain::milliseconds first_offer_pause{5000};           ///< an offer without an answer is made again, ...
  domain::milliseconds longest_offer_pause{60000};        ///< ... less and less often
  std::uint64_t model_bytes = std::uint64_t{16} << 30;    ///< larger models are refused
  std::uint64_t package_bytes = std::uint64_t{256} << 20; ///< and so are larger archives
};

using chunk_digests = std::shared_ptr<const std::vector<domain::digest>>;

/// An update as the trainer left it, with the digests that its transfer needs (heavy, hence done on the worker).
struct trained_update {
  training_result result;
  client::chunk_digests chunk_digests;
};

/// An update as it lies in an update_store: whole, and checked against its head.
struct stored_update {
  domain::kept_update head;
  domain::shared_bytes stream;
  client::chunk_digests chunk_digests;
};

/// How this update is offered, but for the transfer's number.
domain::offer describe(const trained_update& what, const domain::model_id& parent);

namespace work {
struct send {
  domain::round_key round;
  domain::body what;
  domain::shared_bytes payload;
};
struct run {
  domain::task_kind kind;
  domain::round_key round;
  domain::model_id parent;
  domain::shared_bytes model;
  domain::milliseconds time_limit;
  domain::package_ref package{};
  std::string settings{};
};
/// Have the trainer make this package ready; answered by `prepared`.
struct prepare {
  domain::package_ref package;
  domain::shared_bytes archive; ///< empty: it may be there from earlier
};
struct stop_running {};
struct drop_update {
  domain::round_key round;
}; ///< from the store
struct move_update {
  domain::round_key from;
  domain::round_key to;
}; ///< in the store: it serves another attempt now
struct report_failure {
  domain::round_key round;
  domain::task_kind kind;
  domain::error reason;
}; ///< for the log
struct report_package {
  domain::package_digest package;
  domain::error reason; ///< none: it is ready
};                      ///< for the log
struct report_receipt {
  domain::round_key round;
  domain::receipt what;
}; ///< for the log
using effect = std::variant<send, run, prepare, stop_running, drop_update, move_update, report_failure, report_package,
                            report_receipt>;
using effects = std::vector<effect>;

inline void append(effects& to, effects from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}
} // namespace work

} // namespace fedloom::client
