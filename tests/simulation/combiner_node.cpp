#include "tests/simulation/combiner_node.hpp"

#include "actors/combiner/identity.hpp"
#include "actors/model/stream.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/simulation/controller_node.hpp"

namespace fedloom::simulation {

using namespace combiner;
using domain::overloaded;
namespace dialog = transport::dialog;

combiner_node::combiner_node(world& in, network& net, domain::combiner_id id, const pace& speed)
    : process(in), id_(std::move(id)), mesh_(net.attach(id_.value(), endpoint_of(id_),
                                                        {[this](transport::inbound m) { on_inbound(m); },
                                                         [this](transport::peer_notice m) { on_notice(m); }})),
      speed_(speed), fold_line_(*this, in, speed.fold), uplink_({}, in.seed()),
      uplink_alarm_(*this, [this] { step(uplink_.tick(now())); }),
      roster_alarm_(*this, [this] { step(roster_.tick(now())); }),
      cache_alarm_(*this, [this] { step(cache_.tick(now())); }), collection_alarm_(*this, [this] {
        for (auto& [lease, machine] : open_) {
          step(lease, machine.tick(now()));
        }
        admit_waiting();
      }) {
  step(uplink_.start(now(), domain::combiner_hello{id_, endpoint_of(id_), 1000}));
}

// -- from the mesh ----------------------------------------------------------------

void combiner_node::on_inbound(const transport::inbound& in) {
  if (in.identity == controller_identity) {
    return from_uplink(in);
  }
  const auto client = client_of(in.identity);
  if (!client) {
    return to_roster(in);
  }
  std::visit(overloaded{
                 [&](const domain::client_hello&) { to_roster(in); },
                 [&](const domain::heartbeat&) { to_roster(in); },
                 [&](const domain::goodbye&) { to_roster(in); },
                 [&](const domain::get_model&) { to_cache(in); },
                 [&](const domain::grant&) { to_cache(in); },
                 [&](const domain::credit&) { to_cache(in); },
                 [&](const domain::abort_transfer&) { to_cache(in); },
                 [&](const auto&) { from_client(*client, in.what); },
             },
             in.what.what);
}

void combiner_node::on_notice(const transport::peer_notice& notice) {
  const bool is_gone = notice.change == transport::peer_change::gone;
  if (notice.peer == uplink_peer_) {
    return is_gone ? step(uplink_.gone(now())) : uplink_.heard(now());
  }
  if (!is_gone) {
    return roster_.heard(now(), notice.identity);
  }
  cache_.gone(notice.peer);
  step(roster_.gone(notice.peer, notice.identity));
}

void combiner_node::from_uplink(const transport::inbound& in) {
  const auto to_dialog = [&](auto answer) {
    if (in.from == uplink_peer_) {
      uplink_.heard(now());
      step(answer());
    }
  };
  std::visit(overloaded{
                 [&](const domain::combiner_welcome& m) {
                   to_dialog([&] { return uplink_.welcomed(now(), m.heartbeat, m.lease); });
                 },
                 [&](const domain::refused& m) { to_dialog([&] { return uplink_.refused(now(), m); }); },
                 [&](const domain::heartbeat&) { to_dialog([] { return dialog::effects{}; }); },
                 [&](const domain::expect_client& m) { step(roster_.expect(now(), m)); },
                 [&](const domain::chunk&) { to_cache(in); },
                 [&](const domain::abort_transfer&) { to_cache(in); },
                 [&](const auto&) { from_controller(in.what); },
             },
             in.what.what);
}

void combiner_node::to_roster(const transport::inbound& in) {
  roster_.heard(now(), in.identity);
  step(std::visit(
      overloaded{
          [&](const domain::client_hello& m) { return roster_.greeted(now(), in.from, m); },
          [&](const domain::heartbeat& m) { return roster_.beat(now(), in.from, in.identity, m); },
          [&](const domain::goodbye& m) { return roster_.said_goodbye(in.from, in.identity, m); },
          [&](const auto&) {
            const domain::refused stranger{{domain::errc::unknown_peer, "say hello first"}, {}};
            return in.identity.empty() ? roster::effects{roster::send{in.from, stranger}} : roster::effects{};
          },
      },
      in.what.what));
}

void combiner_node::to_cache(const transport::inbound& in) {
  step(in.identity == controller_identity ? cache_.from_controller(now(), in.what)
                                          : cache_.from_client(in.from, in.what));
}

void combiner_node::from_controller(const domain::message& in) {
  if (in.head.controller_term < term_) {
    return;
  }
  term_ = in.head.controller_term;
  const auto lease_of = [](domain::transfer_id transfer) { return domain::lease_id{transfer.value()}; };
  std::visit(overloaded{
                 [&](const domain::round_plan& m) { on_plan(in.head.round, m); },
                 [&](const domain::close_collection& m) {
                   with_collection(m.lease, [&](auto& one) { return one.close(now()); });
                 },
                 [&](const domain::round_closed& m) { on_round_closed(m); },
                 [&](const domain::grant& m) {
                   with_collection(lease_of(m.transfer), [&](auto& one) { return one.granted(m); });
                 },
                 [&](const domain::credit& m) {
                   with_collection(lease_of(m.transfer), [&](auto& one) { return one.credited(m); });
                 },
                 [](const auto&) {},
             },
             in.what);
  admit_waiting();
}

void combiner_node::from_client(const domain::client_id& client, const domain::message& in) {
  std::visit(overloaded{
                 [&](const domain::offer& m) { on_offer(client, in, m); },
                 [&](const domain::chunk& m) {
                   for (auto& [lease, machine] : open_) {
                     if (machine.takes_transfer(client, m.transfer)) {
                       step(lease, machine.received(now(), client, m, in.payload));
                       break;
                     }
                   }
                 },
                 [&](const domain::task_failed& m) {
                   with_round(in.head.round, m.kind, client, [&](auto& one) { return one.received(now(), client, m); });
                 },
                 [&](const domain::validation& m) {
                   with_round(in.head.round, domain::task_kind::validate, client,
                              [&](auto& one) { return one.received(now(), client, m); });
                 },
                 [](const auto&) {},
             },
             in.what);
  admit_waiting();
}

// -- collections --------------------------------------------------------------------

void combiner_node::on_plan(const domain::round_key& round, const domain::round_plan& plan) {
  if (const auto known = open_.find(plan.lease); known != open_.end()) {
    return step(plan.lease, known->second.planned_again());
  }
  auto& machine =
      open_.try_emplace(plan.lease, round, plan, collection_limits{}, staging_, policy_, now()).first->second;
  for (const auto& client : plan.cohort) {
    if (const auto here = members_.find(client); here != members_.end()) {
      step(plan.lease, machine.client_came(now(), client, here->second.max_examples));
    }
  }
  post([this, model = plan.model, bytes = plan.model_bytes] { step(cache_.need(now(), model, bytes)); });
  arm_collections();
}

void combiner_node::on_round_closed(const domain::round_closed& what) {
  if (const auto found = open_.find(what.lease); found != open_.end()) {
    step(what.lease, found->second.closed(what.counted));
    drop(found);
  }
}

void combiner_node::on_offer(const domain::client_id& client, const domain::message& in, const domain::offer& what) {
  const bool known = with_round(in.head.round, domain::task_kind::train, client,
                                [&](auto& one) { return one.received(now(), client, what, in.payload); });
  if (!known) {
    const domain::receipt over{domain::task_kind::train,
                               domain::receipt_verdict::not_needed,
                               {domain::errc::not_found, "this round is not open here"}};
    say(client, in.head.round, over, {});
  }
}

void combiner_node::on_model_ready(const domain::model_id& model, const domain::shared_bytes& stream) {
  for (auto& [lease, machine] : open_) {
    if (machine.plan().model != model || !machine.is_fetching()) {
      continue;
    }
    if (machine.plan().kind == domain::task_kind::train) {
      const auto head = stream.slice(0, model::read_stream(stream.span())->head_bytes);
      fold_line_.post([this, lease = lease, head, scales = machine.plan().scales] {
        sums_.erase(lease);
        sums_.emplace(lease, aggregation::accumulator{head, scales, scales.total_weight});
      });
    }
    step(lease, machine.model_ready(now(), stream.size() <= domain::chunk_bytes ? stream : domain::shared_bytes{}));
  }
}

void combiner_node::on_model_failed(const domain::model_id& model, const domain::error& reason) {
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    if (at->second.plan().model == model && at->second.is_fetching()) {
      to_the_controller(at->second.round(), domain::plan_declined{at->first, reason});
      drop(at);
    }
    at = next;
  }
}

void combiner_node::on_client_came(const member& who) {
  members_.insert_or_assign(who.client, who);
  for (auto& [lease, machine] : open_) {
    step(lease, machine.client_came(now(), who.client, who.max_examples));
  }
}

void combiner_node::on_client_left(const domain::client_id& client, const domain::error& reason) {
  members_.erase(client);
  for (auto& [lease, machine] : open_) {
    step(lease, machine.client_left(now(), client, reason));
  }
}

void combiner_node::on_established() {
  step(roster_.uplinked());
  step(cache_.uplinked(now()));
  for (auto& [lease, machine] : open_) {
    step(lease, machine.planned_again());
  }
}

template <class F>
void combiner_node::with_collection(domain::lease_id lease, F&& what) {
  if (const auto found = open_.find(lease); found != open_.end()) {
    step(lease, what(found->second));
  }
}

template <class F>
bool combiner_node::with_round(const domain::round_key& round, domain::task_kind kind, const domain::client_id& client,
                               F&& what) {
  for (auto& [lease, machine] : open_) {
    if (machine.round() == round && machine.plan().kind == kind && machine.has(client)) {
      step(lease, what(machine));
      return true;
    }
  }
  return false;
}

void combiner_node::drop(collections::iterator which) {
  fold_line_.post([this, lease = which->first] { sums_.erase(lease); });
  open_.erase(which);
}

void combiner_node::admit_waiting() {
  for (auto& [lease, machine] : open_) {
    step(lease, machine.admit(now()));
  }
}

// -- effects --------------------------------------------------------------------------

void combiner_node::step(dialog::effects effects) {
  for (auto& one : effects) {
    std::visit(overloaded{
                   [&](dialog::open&) {
                     uplink_peer_ = mesh_->dial(controller_endpoint);
                     mesh_->identify(*uplink_peer_, controller_identity);
                   },
                   [&](dialog::close&) {
                     if (uplink_peer_) {
                       mesh_->hang_up(*std::exchange(uplink_peer_, std::nullopt));
                     }
                   },
                   [&](dialog::send& e) {
                     if (uplink_peer_) {
                       mesh_->send(*uplink_peer_, {{}, std::move(e.what), {}});
                     }
                   },
                   [&](dialog::established&) { post([this] { on_established(); }); },
                   [](dialog::lost&) {},
               },
               one);
  }
  uplink_alarm_.arm(uplink_.next_wake());
}

void combiner_node::step(roster::effects effects) {
  for (auto& one : effects) {
    std::visit(overloaded{
                   [&](roster::send& e) {
                     mesh_->send(e.to, {{}, std::move(e.what), {}});
                   },
                   [&](roster::identify& e) { mesh_->identify(e.peer, e.identity); },
                   [&](roster::hang_up& e) { mesh_->hang_up(e.peer); },
                   [&](roster::client_came& e) { post([this, e] { on_client_came(e.who); }); },
                   [&](roster::client_left& e) { post([this, e] { on_client_left(e.client, e.reason); }); },
                   [&](roster::report& e) { to_the_controller({}, std::move(e.what)); },
                   [](roster::turned_away&) {},
               },
               one);
  }
  roster_alarm_.arm(roster_.next_wake());
}

void combiner_node::step(model_cache::effects effects) {
  for (auto& one : effects) {
    std::visit(overloaded{
                   [&](model_cache::ask_controller& e) { to_the_controller({}, std::move(e.what)); },
                   [&](model_cache::verify& e) { verify(e); },
                   [&](model_cache::ready& e) { post([this, e] { on_model_ready(e.model, e.what.stream); }); },
                   [&](model_cache::failed& e) { post([this, e] { on_model_failed(e.model, e.reason); }); },
                   [&](model_cache::send& e) {
                     mesh_->send(e.to, {{}, std::move(e.what), std::move(e.payload)});
                   },
                   [](model_cache::served&) {},
               },
               one);
  }
  cache_alarm_.arm(cache_.next_wake());
}

void combiner_node::step(domain::lease_id lease, collection::effects effects) {
  for (auto& one : effects) {
    std::visit(
        overloaded{
            [&](collection::send& e) { say(e.to, open_.at(lease).round(), std::move(e.what), std::move(e.payload)); },
            [&](collection::report& e) {
              to_the_controller(open_.at(lease).round(), std::move(e.what), std::move(e.payload));
            },
            [&](collection::fold& e) {
              fold_line_.post([this, lease, e] {
                const auto outcome = fold(lease, e);
                with_collection(lease, [&](auto& machine) { return machine.folded(now(), outcome); });
                admit_waiting();
              });
            },
            [&](collection::freeze&) { fold_line_.post([this, lease] { freeze(lease); }); },
            [](auto&) {}, // for logs and metrics
        },
        one);
  }
  arm_collections();
}

void combiner_node::freeze(domain::lease_id lease) {
  domain::shared_bytes bytes;
  domain::digest content;
  if (const auto sum = sums_.find(lease); sum != sums_.end()) {
    const auto elements = sum->second.take_sum();
    bytes = domain::shared_bytes::copy_of(std::as_bytes(std::span{elements}));
    content = transfer::stream_digest(bytes.span());
    sums_.erase(sum);
  }
  with_collection(lease, [&](auto& machine) { return machine.frozen(bytes, content); });
}

void combiner_node::to_the_controller(domain::round_key about, domain::body what, domain::shared_bytes payload) {
  post([this, message = domain::message{{{}, std::move(about), 0, 0}, std::move(what), std::move(payload)}] {
    if (uplink_peer_ && uplink_.is_established()) {
      mesh_->send(*uplink_peer_, message);
    }
  });
}

void combiner_node::say(const domain::client_id& to, const domain::round_key& round, domain::body what,
                        domain::shared_bytes payload) {
  if (const auto here = members_.find(to); here != members_.end()) {
    mesh_->send(here->second.peer, {{{}, round, 0, 0}, std::move(what), std::move(payload)});
  }
}

void combiner_node::arm_collections() {
  std::optional<domain::instant> wake;
  for (const auto& [lease, machine] : open_) {
    const auto next = machine.next_wake();
    wake = wake && next ? std::min(*wake, *next) : wake ? wake : next;
  }
  collection_alarm_.arm(wake);
}

} // namespace fedloom::simulation
