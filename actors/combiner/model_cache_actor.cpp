#include "actors/combiner/deps.hpp"
#include "actors/combiner/identity.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/model/stream.hpp"
#include "actors/security/sha256.hpp"
#include "actors/transfer/digests.hpp"

#include <caf/all.hpp>

#include <cstring>

namespace fedloom::combiner {

namespace {

using kernel::log;
using kernel::log_level;
using outcome_type = domain::expected<transfer::served_stream>;

transfer::stream_name name_of(const domain::model_id& /*as*/, const std::vector<domain::shared_bytes>& pieces) {
  return model::id_of(pieces);
}

transfer::stream_name name_of(const domain::package_digest& /*as*/, const std::vector<domain::shared_bytes>& pieces) {
  security::sha256 hash;
  for (const auto& piece : pieces) {
    hash.update(piece.span());
  }
  return domain::package_digest{hash.finish()};
}

/// Is it what was asked for (I-2)? If so, the one buffer that all clients are served from.
outcome_type verify(const transfer::stream_name& name, std::vector<domain::shared_bytes>& pieces) {
  if (std::visit([&](const auto& as) { return name_of(as, pieces); }, name) != name) {
    return domain::failure(domain::errc::digest_mismatch, "what was pulled is not " + transfer::to_string(name));
  }
  std::size_t bytes = 0;
  for (const auto& piece : pieces) {
    bytes += piece.size();
  }
  const auto stream = std::make_shared_for_overwrite<std::byte[]>(bytes);
  auto digests = std::make_shared<std::vector<domain::digest>>();
  std::size_t at = 0;
  for (auto& piece : pieces) {
    std::memcpy(stream.get() + at, piece.data(), piece.size());
    at += piece.size();
    digests->push_back(transfer::digest_of(piece.span()));
    piece = {}; // so that the model is never held twice in full
  }
  return transfer::served_stream{{stream, {stream.get(), bytes}}, std::move(digests)};
}

/// The shell of model_cache_machine.
class model_cache_state {
public:
  static inline const char* name = "fedloom.combiner.model_cache";
  explicit model_cache_state(model_cache_actor::base* self) : self_(self) {}

  model_cache_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->models);
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [this](const transport::peer_notice& notice) {
          if (notice.change == transport::peer_change::gone) {
            machine_->gone(notice.peer);
          }
        },
        [this](uplink_up) { perform_all(machine_->uplinked(now())); },
        [this](const need_stream& m) { perform_all(machine_->need(now(), m.name, m.bytes)); },
        [this](const verify_finished& m) { perform_all(machine_->verified(m.name, *m.outcome)); },
        [this](const kernel::wake& w) {
          perform_all(timer_.fires(w) ? machine_->tick(now()) : model_cache::effects{});
        },
    };
  }

private:
  void on_inbound(const transport::inbound& in) {
    perform_all(in.identity == controller_identity ? machine_->from_controller(now(), in.what)
                                                   : machine_->from_client(in.from, in.what));
  }

  void perform_all(model_cache::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
    timer_.arm(self_, machine_->next_wake());
  }

  void perform(model_cache::ask_controller& e) {
    with_->names->send<uplink_actor>(uplink_name, to_controller{{}, std::move(e.what), {}});
  }
  void perform(model_cache::verify& e) {
    auto me = caf::actor_cast<model_cache_actor>(self_);
    const bool taken = with_->verifier->post([me, name = e.name, pieces = std::move(e.pieces)]() mutable {
      caf::anon_send(me, verify_finished{name, std::make_shared<const outcome_type>(verify(name, pieces))});
    });
    if (!taken) {
      caf::anon_send(me, verify_finished{e.name, std::make_shared<const outcome_type>(domain::failure(
                                                     domain::errc::busy, "the verifier's queue is full"))});
    }
  }
  void perform(model_cache::ready& e) {
    const auto* model = std::get_if<domain::model_id>(&e.name);
    if (model != nullptr && *model != counted_) { // what was here already is announced again, but was pulled once
      counted_ = *model;
      with_->count->model_pulled(e.what.stream.size());
    }
    with_->names->send<collection_actor>(collection_name, stream_ready{e.name, e.what.stream});
  }
  void perform(model_cache::failed& e) {
    log(log_level::warn, "model_cache", "pull-failed",
        {{"what", transfer::to_string(e.name)}, {"reason", domain::to_string(e.reason)}});
    with_->names->send<collection_actor>(collection_name, stream_failed{e.name, std::move(e.reason)});
  }
  void perform(model_cache::send& e) { with_->mesh->send(e.to, {{}, std::move(e.what), std::move(e.payload)}); }
  void perform(model_cache::served& e) {
    with_->names->send<collection_actor>(collection_name, stream_served{e.name, e.bytes});
  }

  domain::instant now() const { return kernel::now_of(self_); }

  model_cache_actor::base* self_;
  deps_ptr with_;
  kernel::wake_timer<model_cache_actor::base> timer_;
  std::optional<model_cache_machine> machine_;
  domain::model_id counted_;
};

model_cache_actor::behavior_type run(model_cache_actor::stateful_pointer<model_cache_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_model_cache(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::combiner
