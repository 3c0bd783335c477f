#pragma once
#include "actors/client/kept_updates.hpp"
#include "actors/client/model_fetch.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace fedloom::client {

/// Does what the combiner asks, one task at a time: fetches the model, has it trained or validated, offers the update
/// and keeps it until a receipt says that it is counted or not needed (I-5). Every wait ends: with its task's deadline,
/// or by asking again. Pure.
///
///   idle --task--> fetching --last chunk--> running --trained--> kept --counted--> idle
///                     | deadline, cancelled    | failed, cancelled
///                     +------------------------+--> idle
class task_machine {
public:
  explicit task_machine(task_limits limits) : limits_(limits), model_(limits_), updates_(limits_) {}

  /// First of all: what a former process kept, the oldest first.
  work::effects restored(domain::instant now, std::vector<stored_update> kept);
  /// The combiner welcomed us: everything that is kept is offered again, a broken fetch goes on.
  work::effects attached(domain::instant now);
  /// What runs goes on; its update is offered to the combiner that welcomes us next.
  void detached();
  /// A message of the round or transfer dialogs from the combiner; others are ignored.
  work::effects received(domain::instant now, const domain::message& what);
  /// The update is in the store.
  work::effects trained(domain::instant now, const domain::round_key& round, domain::expected<trained_update> outcome);
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
    bool cancelled = false;
  };

  work::effects on(domain::instant now, const domain::round_key& round, const domain::task& what,
                   const domain::shared_bytes& inline_model);
  work::effects on(domain::instant now, const domain::round_key& round, const domain::cancel_task& what);
  work::effects on(domain::instant now, const domain::round_key& round, const domain::receipt& what);
  work::effects on(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload);
  work::effects on(domain::instant now, const domain::abort_transfer& what);

  work::effects advance(domain::instant now);
  void give_up_unneeded_fetch(work::effects& out);
  work::effects fail_fetch(domain::instant now, const domain::error& reason);
  work::effects cancel(domain::instant now, const domain::round_key& round, domain::task_kind kind);
  void fail(const domain::round_key& round, domain::task_kind kind, const domain::error& reason,
            work::effects& out) const;
  bool knows(const domain::round_key& round, domain::task_kind kind) const;
  domain::transfer_id next_transfer() { return domain::transfer_id{next_transfer_++}; }

  task_limits limits_;
  bool attached_ = false;
  std::uint64_t next_transfer_ = 1;
  std::deque<pending_task> waiting_;
  std::optional<running_task> running_;
  model_fetch model_;
  kept_updates updates_;
  std::optional<std::pair<domain::round_key, domain::validation>> last_validation_;
};

} // namespace fedloom::client
