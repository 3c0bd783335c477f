#pragma once
#include "actors/client/kept_updates.hpp"
#include "actors/client/package_readiness.hpp"
#include "actors/client/stream_fetch.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace fedloom::client {

/// Does what the combiner asks, one task at a time: gets its package ready, fetches the model, has it trained,
/// validated or predicted from, offers the update and keeps it until a receipt says that it is counted or not needed
/// (I-5). Every wait ends: with its task's deadline, or by asking again. Pure.
///
///   idle --task--> preparing --prepared--> fetching --last chunk--> running --trained--> kept --counted--> idle
///                     | failed                | deadline, cancelled    | failed, cancelled
///                     +-----------------------+------------------------+--> idle
class task_machine {
public:
  explicit task_machine(task_limits limits) : limits_(limits), packages_(limits_), model_(limits_), updates_(limits_) {}

  /// First of all: what a former process kept, the oldest first.
  work::effects restored(domain::instant now, std::vector<stored_update> kept);
  /// The combiner welcomed us: everything that is kept is offered again, a broken fetch goes on.
  work::effects attached(domain::instant now);
  /// What runs goes on; its update is offered to the combiner that welcomes us next.
  void detached();
  /// A message of the round or transfer dialogs from the combiner; others are ignored.
  work::effects received(domain::instant now, const domain::message& what);
  /// This package is going to be named by tasks: it is made ready while there is nothing else to do.
  work::effects expects(domain::instant now, const domain::package_ref& package);
  work::effects prepared(domain::instant now, const domain::package_digest& package,
                         const domain::expected<void>& outcome);
  /// The update is in the store.
  work::effects trained(domain::instant now, const domain::round_key& round, domain::expected<trained_update> outcome);
  /// A validation or a prediction.
  work::effects validated(domain::instant now, const domain::round_key& round,
                          domain::expected<validation_result> outcome);

  work::effects tick(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  bool is_running() const noexcept { return running_.has_value(); }
  std::size_t kept() const noexcept { return updates_.kept(); }
  /// With those that are spare.
  std::size_t held() const noexcept { return updates_.held(); }

private:
  struct pending_task {
    domain::round_key round;
    domain::task what;
    domain::instant deadline;
  };
  struct running_task {
    domain::round_key round;
    domain::task_kind kind;
    domain::model_id model;
    domain::package_ref package;
    bool cancelled = false;
  };
  struct given_answer {
    domain::round_key round;
    domain::validation what;
    domain::shared_bytes output;
  };

  work::effects on(domain::instant now, const domain::round_key& round, const domain::task& what,
                   const domain::shared_bytes& inline_model);
  work::effects on(domain::instant now, const domain::round_key& round, const domain::cancel_task& what);
  work::effects on(domain::instant now, const domain::round_key& round, const domain::receipt& what);
  work::effects on(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload);
  work::effects on(domain::instant now, const domain::abort_transfer& what);

  domain::error why_refused(const domain::task& what) const;
  work::effects advance(domain::instant now);
  void drop_overdue(domain::instant now, work::effects& out);
  void left_behind(const pending_task& one);
  void give_up_unneeded_fetches(work::effects& out);
  work::effects fail_fetch(domain::instant now, stream_fetch& which, const domain::error& reason);
  /// All that wait for it.
  void fail(const transfer::stream_name& needed, const domain::error& reason, work::effects& out);
  work::effects cancel(domain::instant now, const domain::round_key& round, domain::task_kind kind);
  void fail(const domain::round_key& round, domain::task_kind kind, const domain::error& reason,
            work::effects& out) const;
  void fail_run(const running_task& what, const domain::error& reason, work::effects& out);
  bool knows(const domain::round_key& round, domain::task_kind kind) const;
  domain::transfer_id next_transfer() { return domain::transfer_id{next_transfer_++}; }

  task_limits limits_;
  bool attached_ = false;
  std::uint64_t next_transfer_ = 1;
  std::deque<pending_task> waiting_;
  std::optional<running_task> running_;
  package_readiness packages_;
  std::optional<domain::package_ref> ahead_; ///< expected, and not yet looked after
  stream_fetch model_;
  kept_updates updates_;
  std::optional<given_answer> last_validation_;
};

} // namespace fedloom::client
