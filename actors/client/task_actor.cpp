#include "actors/client/deps.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/crash_point.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/transfer/digests.hpp"

#include <caf/all.hpp>

namespace fedloom::client {

namespace {

using kernel::log;
using kernel::log_level;
using train_outcome = domain::expected<trained_update>;
using validate_outcome = domain::expected<validation_result>;

task_context context_of(const work::run& what) {
  return {what.round, what.time_limit, what.settings, what.package};
}

/// Trains, computes the digests that the upload needs, and stores the update: it is never offered before it is kept
/// (I-5). Runs on the runner's thread.
train_outcome train_now(const deps& with, const work::run& what, std::stop_token stop) {
  auto result = with.work->train(what.model, context_of(what), stop);
  if (!result) {
    return tl::unexpected(result.error());
  }
  if (stop.stop_requested()) {
    return domain::failure(domain::errc::cancelled, "the training was ended on request");
  }
  auto digests = std::make_shared<const std::vector<domain::digest>>(transfer::chunk_digests(result->stream.span()));
  trained_update update{std::move(*result), std::move(digests)};
  const domain::kept_update head{what.round, describe(update, what.parent)};
  auto stored = with.updates->put({head, update.result.stream, update.chunk_digests});
  if (!stored) {
    return tl::unexpected(stored.error());
  }
  update.result.stream = std::move(*stored);
  return update;
}

/// A validation or prediction; both answer with a text. Runs on the runner's thread.
validate_outcome report_now(const deps& with, const work::run& what, std::stop_token stop) {
  if (what.kind == domain::task_kind::predict) {
    return with.work->predict(what.model, context_of(what), stop).map([](prediction_result done) {
      return validation_result{0, {}, std::move(done.report)};
    });
  }
  return with.work->validate(what.model, context_of(what), stop);
}

/// The shell of task_machine.
class task_state {
public:
  static inline const char* name = "fedloom.client.tasks";
  explicit task_state(task_actor::base* self) : self_(self) {}
  ~task_state() {
    running_.request_stop();
    if (with_) {
      with_->count->kept(-kept_);
    }
  }

  task_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->tasks);
    perform_all(machine_->restored(now(), with_->updates->all()));
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
        [this](const package_expected& m) { perform_all(machine_->expects(now(), m.package)); },
        [this](const prepare_finished& m) { perform_all(machine_->prepared(now(), m.package, m.outcome)); },
        [this](train_finished& m) {
          note_end(domain::task_kind::train, m.outcome->has_value() ? domain::errc::none : m.outcome->error().code);
          perform_all(machine_->trained(now(), m.round, *m.outcome));
        },
        [this](validate_finished& m) {
          note_end(m.kind, m.outcome->has_value() ? domain::errc::none : m.outcome->error().code);
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
    const auto kept = static_cast<std::int64_t>(machine_->held());
    if (const auto before = std::exchange(kept_, kept); before != kept) {
      with_->count->kept(kept - before);
    }
  }

  void perform(work::send& e) {
    if (std::holds_alternative<domain::offer>(e.what)) {
      kernel::crash_point("before-offer");
    }
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
    auto job = [me, e, with = with_, stop = running_.get_token()] {
      if (e.kind == domain::task_kind::train) {
        caf::anon_send(me, train_finished{e.round, std::make_shared<const train_outcome>(train_now(*with, e, stop))});
      } else {
        auto outcome = report_now(*with, e, stop);
        caf::anon_send(
            me, validate_finished{e.round, e.kind, std::make_shared<const validate_outcome>(std::move(outcome))});
      }
    };
    if (!with_->runner->post(std::move(job))) {
      const auto busy = domain::failure(domain::errc::busy, "too many tasks wait in this process");
      e.kind == domain::task_kind::train
          ? caf::anon_send(me, train_finished{e.round, std::make_shared<const train_outcome>(busy)})
          : caf::anon_send(me, validate_finished{e.round, e.kind, std::make_shared<const validate_outcome>(busy)});
    }
  }

  void perform(work::prepare& e) {
    running_ = std::stop_source{};
    auto me = caf::actor_cast<task_actor>(self_);
    auto job = [me, e, with = with_, stop = running_.get_token()] {
      caf::anon_send(me, prepare_finished{e.package.content, with->work->prepare(e.package, e.archive, stop)});
    };
    if (!with_->runner->post(std::move(job))) {
      caf::anon_send(me, prepare_finished{e.package.content,
                                          domain::failure(domain::errc::busy, "too many tasks wait in this process")});
    }
  }

  void perform(work::report_package& e) {
    const bool is_ready = e.reason.code == domain::errc::none;
    log(is_ready ? log_level::info : log_level::warn, "tasks", is_ready ? "package-ready" : "package-failed",
        {{"client", id()}, {"package", to_hex(e.package)}, {"reason", domain::to_string(e.reason)}});
  }

  void perform(work::stop_running&) { running_.request_stop(); }

  void perform(work::drop_update& e) { with_->updates->drop(e.round); }

  void perform(work::move_update& e) {
    if (const auto moved = with_->updates->move(e.from, e.to); !moved) {
      log(log_level::warn, "tasks", "update-not-moved",
          {{"client", id()}, {"round", domain::to_string(e.to)}, {"reason", domain::to_string(moved.error())}});
    }
  }

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
  std::int64_t kept_ = 0; ///< as counted
};

task_actor::behavior_type run(task_actor::stateful_pointer<task_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_tasks(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::client
