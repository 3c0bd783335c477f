#include "actors/controller/deps.hpp"
#include "actors/controller/hand_out_machine.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/worker.hpp"
#include "actors/transfer/digests.hpp"

#include <caf/all.hpp>

namespace fedloom::controller {

namespace {

using loaded_package = domain::expected<transfer::served_stream>;

/// An archive as combiners are sent it; it stays in the file, mapped.
loaded_package load_package(const storage::package_store& from, const domain::package_digest& package) {
  return from.get(package).map([](domain::shared_bytes archive) {
    auto digests = std::make_shared<const std::vector<domain::digest>>(transfer::chunk_digests(archive.span()));
    return transfer::served_stream{std::move(archive), std::move(digests)};
  });
}

/// The shell of hand_out_machine.
class hand_out_state {
public:
  static inline const char* name = "fedloom.controller.hand_out";
  explicit hand_out_state(hand_out_actor::base* self) : self_(self) {}

  hand_out_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [this](const transport::peer_notice& notice) {
          if (notice.change == transport::peer_change::gone) {
            machine_.gone(notice.peer);
          }
        },
        [this](const model_offered& m) { machine_.offer(m.model, m.what); },
        [this](const model_prepared& m) { on_prepared(m); },
        [this](const package_loaded& m) { perform_all(machine_.loaded(m.package, *m.outcome)); },
    };
  }

private:
  void on_inbound(const transport::inbound& in) {
    if (const auto asked = transfer::request_in(in.what.what)) {
      perform_all(machine_.asked(in.from, *asked));
    } else {
      perform_all(machine_.received(in.from, in.what));
    }
  }

  void on_prepared(const model_prepared& m) {
    perform_all(machine_.loaded(
        m.model, *m.outcome ? domain::expected<transfer::served_stream>((*m.outcome)->served)
                            : domain::expected<transfer::served_stream>(tl::unexpected(m.outcome->error()))));
  }

  void perform_all(hand_out::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
  }

  void perform(hand_out::send& e) {
    domain::message what{{}, std::move(e.what), std::move(e.payload)};
    what.head.controller_term = with_->term;
    with_->mesh->send(e.to, std::move(what));
  }

  void perform(hand_out::load& e) {
    std::visit([this](const auto& id) { load(id); }, e.what);
  }

  void load(const domain::model_id& model) {
    with_->reducer->load(model, [me = me(), model](auto outcome) {
      caf::anon_send(
          me, model_prepared{model, std::make_shared<const domain::expected<prepared_model>>(std::move(outcome))});
    });
  }

  void load(const domain::package_digest& package) {
    const auto report = [me = me(), package](loaded_package outcome) {
      caf::anon_send(me, package_loaded{package, std::make_shared<const loaded_package>(std::move(outcome))});
    };
    if (!packages_.post([report, package, from = with_->packages] { report(load_package(*from, package)); })) {
      report(domain::failure(domain::errc::busy, "too many packages are being loaded"));
    }
  }

  hand_out_actor me() const { return caf::actor_cast<hand_out_actor>(self_); }

  hand_out_actor::base* self_;
  deps_ptr with_;
  hand_out_machine machine_{hand_out_limits{}};
  kernel::worker packages_{"packages", 1, 64}; ///< reads and checks archives
};

hand_out_actor::behavior_type run(hand_out_actor::stateful_pointer<hand_out_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_hand_out(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::controller
