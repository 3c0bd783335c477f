#pragma once
#include "actors/client/runtime/trainer.hpp"
#include "actors/transfer/receiver_machine.hpp"
#include "actors/transfer/sender_machine.hpp"
#include "messages/domain/message.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace fedloom::client {

/// Bounds of one client. At a bound the oldest entry gives way, and the combiner hears why.
struct task_limits {
  std::uint32_t window = 8;         ///< chunks on their way while a model is fetched
  domain::milliseconds stall{3000}; ///< a fetch without a chunk for so long is asked for again
  std::size_t waiting_tasks = 4;
  std::size_t kept_updates = 2;
  std::uint64_t model_bytes = std::uint64_t{16} << 30; ///< larger models are refused
};

/// An update as the trainer left it, with the digests that its transfer needs (heavy, hence done on the worker).
struct trained_update {
  training_result result;
  std::shared_ptr<const std::vector<domain::digest>> chunk_digests;
};

namespace work {
struct send {
  domain::round_key round;
  domain::body what;
  domain::shared_bytes payload;
};
struct run {
  domain::task_kind kind;
  domain::round_key round;
  domain::shared_bytes model;
  domain::milliseconds time_limit;
};
struct stop_running {};
struct report_failure {
  domain::round_key round;
  domain::task_kind kind;
  domain::error reason;
}; ///< for the log
struct report_receipt {
  domain::round_key round;
  domain::receipt what;
}; ///< for the log
using effect = std::variant<send, run, stop_running, report_failure, report_receipt>;
using effects = std::vector<effect>;
} // namespace work

/// Does what the combiner asks, one task at a time: fetches the model, has it trained or validated, offers the update
/// and keeps it until a receipt says that it is counted or not needed (I-5). Pure.
///
///   idle --task--> fetching --last chunk--> running --trained--> kept --counted, not_needed--> idle
///                                              | failed, cancelled
///                                              +--> idle
class task_machine {
public:
  explicit task_machine(task_limits limits) : limits_(limits) {}

  /// The combiner welcomed us: everything that is kept is offered again, a broken fetch goes on.
  work::effects attached(domain::instant now);
  void detached();
  /// A message of the round or transfer dialogs from the combiner; others are ignored.
  work::effects received(domain::instant now, const domain::message& what);
  work::effects trained(domain::instant now, const domain::round_key& round, domain::expected<trained_update> outcome);
  work::effects validated(domain::instant now, const domain::round_key& round,
                          domain::expected<validation_result> outcome);

  work::effects tick(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  bool is_running() const noexcept { return running_.has_value(); }
  std::size_t kept() const noexcept { return kept_.size(); }

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
  struct kept_update {
    domain::offer what;
    transfer::sender_machine sender;
  };
  struct known_model {
    domain::model_id id;
    domain::shared_bytes stream;
  };
  struct fetch {
    domain::model_id model;
    transfer::receiver_machine receiver;
    std::shared_ptr<std::byte[]> stream; ///< receiver.stream_bytes() long
    std::size_t filled = 0;
    domain::instant last_chunk{};
  };

  work::effects on(domain::instant now, const domain::round_key& round, const domain::task& what,
                   const domain::shared_bytes& inline_model);
  work::effects on(const domain::round_key& round, const domain::cancel_task& what);
  work::effects on(const domain::round_key& round, const domain::receipt& what);
  work::effects on(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload);
  work::effects on(domain::instant now, const domain::abort_transfer& what);
  work::effects on(const domain::grant& what);
  work::effects on(const domain::credit& what);

  work::effects advance(domain::instant now);
  work::effects fail_fetch(domain::instant now, const domain::error& reason);
  work::effects cancel(const domain::round_key& round, domain::task_kind kind);
  bool knows(const domain::round_key& round, domain::task_kind kind) const;
  bool offer_spare(const domain::round_key& round, const domain::task& what, work::effects& out);
  void begin_fetch(domain::instant now, const domain::task& what, work::effects& out);
  work::effect ask_for_model(domain::instant now);
  void send_offer(const domain::round_key& round, const kept_update& kept, work::effects& out) const;
  void keep(const domain::round_key& round, kept_update update);

  task_limits limits_;
  bool attached_ = false;
  std::uint64_t next_transfer_ = 1;
  std::deque<pending_task> waiting_;
  std::optional<running_task> running_;
  std::optional<known_model> model_;
  std::optional<fetch> fetch_;
  std::map<domain::round_key, kept_update> kept_;
  /// An update whose round ended without it. If the next attempt asks for the same round from the same model it is
  /// offered again instead of being trained again.
  std::optional<std::pair<domain::round_key, kept_update>> spare_;
  std::optional<std::pair<domain::round_key, domain::validation>> last_validation_;
};

} // namespace fedloom::client
