#include "actors/controller/deps.hpp"
#include "actors/controller/hand_out_machine.hpp"
#include "actors/kernel/actor_guard.hpp"

#include <caf/all.hpp>

namespace fedloom::controller {

namespace {

constexpr std::size_t models_held = 1;
constexpr std::size_t transfers_most = 10'000;

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
    };
  }

private:
  void on_inbound(const transport::inbound& in) {
    if (const auto* asked = std::get_if<domain::get_model>(&in.what.what)) {
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
    with_->reducer->load(e.model, [me = caf::actor_cast<hand_out_actor>(self_), id = e.model](auto outcome) {
      caf::anon_send(me,
                     model_prepared{id, std::make_shared<const domain::expected<prepared_model>>(std::move(outcome))});
    });
  }

  hand_out_actor::base* self_;
  deps_ptr with_;
  hand_out_machine machine_{models_held, transfers_most};
};

hand_out_actor::behavior_type run(hand_out_actor::stateful_pointer<hand_out_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_hand_out(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::controller
