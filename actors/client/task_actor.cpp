#include "actors/client/deps.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/transfer/digests.hpp"

#include <caf/all.hpp>

namespace fedloom::client {

namespace {

using kernel::log;
using kernel::log_level;
using train_outcome = domain::expected<trained_update>;
using validate_outcome = domain::expected<validation_result>;

/// Trains, and computes the digests that the upload needs. Runs on the runner's thread.
train_outcome train_now(trainer& work, const work::run& what, std::stop_token stop) {
  auto result = work.train(what.model, {what.round, what.time_limit}, stop);
  if (!result) {
    return tl::unexpected(result.error());
  }
  auto digests = std::make_shared<std::vector<domain::digest>>();
  const auto bytes = result->stream.span();
  for (std::uint64_t at = 0; at < bytes.size(); at += domain::chunk_bytes) {
    digests->push_back(transfer::digest_of(bytes.subspan(at, std::min(domain::chunk_bytes, bytes.size() - at))));
  }
  return trained_update{std::move(*result), std::move(digests)};
}

/// The shell of task_machine.
class task_state {
public:
  static inline const char* name = "fedloom.client.tasks";
  explicit task_state(task_actor::base* self) : self_(self) {}
  ~task_state() { running_.request_stop(); }

  task_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->tasks);
    with_->names->send<membership_actor>(membership_name(with_->membership.client), reintroduce{});
    return {
        [this](const transport::inbound_ptr& in) {
          // The first task may overtake the membership's word that we are attached; it must not be lost.
          if (!combiner_ || in->from == *combiner_) {
            perform_all(machine_->received(now(), in->what));
          }
        },
        [](const transport::peer_notice&) {},
        [this](const combiner_attached& m) {
          combiner_ = m.peer;
          perform_all(machine_->attached(now()));
        },
        [this](combiner_detached) {
          combiner_.reset();
          machine_->detached();
        },
        [this](train_finished& m) {
          note_end(domain::task_kind::train, m.outcome->has_value() ? domain::errc::none : m.outcome->error().code);
          perform_all(machine_->trained(now(), m.round, *m.outcome));
        },
        [this](validate_finished& m) {
          note_end(domain::task_kind::validate, m.outcome->has_value() ? domain::errc::none : m.outcome->error().code);
          perform_all(machine_->validated(now(), m.round, *m.outcome));
        },
        [this](const kernel::wake& w) { perform_all(timer_.fires(w) ? machine_->tick(now()) : work::effects{}); },
    };
  }

private:
  void perform_all(work::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
    timer_.arm(self_, machine_->next_wake());
  }

  void perform(work::send& e) {
    if (combiner_) {
      with_->mesh->send(*combiner_, {{{}, std::move(e.round), 0, 0}, std::move(e.what), std::move(e.payload)});
    }
  }

  void perform(work::run& e) {
    log(log_level::info, "tasks", "task-begun",
        {{"client", id()}, {"round", domain::to_string(e.round)}, {"kind", std::string(to_string(e.kind))}});
    with_->count->task_begun(e.kind);
    begun_ = now();
    running_ = std::stop_source{};
    auto me = caf::actor_cast<task_actor>(self_);
    auto job = [me, e, work = with_->work, stop = running_.get_token()] {
      if (e.kind == domain::task_kind::train) {
        caf::anon_send(me, train_finished{e.round, std::make_shared<const train_outcome>(train_now(*work, e, stop))});
      } else {
        caf::anon_send(me, validate_finished{e.round, std::make_shared<const validate_outcome>(
                                                          work->validate(e.model, {e.round, e.time_limit}, stop))});
      }
    };
    if (!with_->runner->post(std::move(job))) {
      const auto busy = domain::failure(domain::errc::busy, "too many tasks wait in this process");
      e.kind == domain::task_kind::train
          ? caf::anon_send(me, train_finished{e.round, std::make_shared<const train_outcome>(busy)})
          : caf::anon_send(me, validate_finished{e.round, std::make_shared<const validate_outcome>(busy)});
    }
  }

  void perform(work::stop_running&) { running_.request_stop(); }

  void perform(work::report_failure& e) {
    log(log_level::warn, "tasks", "task-failed",
        {{"client", id()}, {"round", domain::to_string(e.round)}, {"reason", domain::to_string(e.reason)}});
  }

  void perform(work::report_receipt& e) {
    with_->count->receipt(e.what.verdict);
    if (e.what.verdict == domain::receipt_verdict::rejected) {
      log(log_level::warn, "tasks", "update-rejected",
          {{"client", id()}, {"round", domain::to_string(e.round)}, {"reason", domain::to_string(e.what.reason)}});
    }
  }

  void note_end(domain::task_kind kind, domain::errc outcome) {
    with_->count->task_ended(kind, outcome, std::chrono::duration<double>(now() - begun_).count());
  }

  const std::string& id() const { return with_->membership.client.value(); }
  domain::instant now() const { return kernel::now_of(self_); }

  task_actor::base* self_;
  deps_ptr with_;
  std::optional<task_machine> machine_;
  kernel::wake_timer<task_actor::base> timer_;
  std::optional<transport::peer_id> combiner_;
  std::stop_source running_;
  domain::instant begun_{};
};

task_actor::behavior_type run(task_actor::stateful_pointer<task_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_tasks(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::client
