#include "tests/simulation/combiner_node.hpp"

#include "actors/combiner/identity.hpp"
#include "actors/storage/journal_writer.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/simulation/controller_node.hpp"

namespace fedloom::simulation {

using namespace combiner;
using domain::overloaded;
namespace dialog = transport::dialog;

combiner_node::combiner_node(world& in, network& net, combiner_disk& disk, domain::combiner_id id, const pace& speed)
    : process(in), disk_(disk), id_(std::move(id)), planted_(net.planted()),
      mesh_(net.attach(
          id_.value(), endpoint_of(id_),
          {[this](transport::inbound m) { on_inbound(m); }, [this](transport::peer_notice m) { on_notice(m); }})),
      speed_(speed), fold_line_(*this, in, speed.fold), journal_line_(*this, in, speed.write), uplink_({}, in.seed()),
      uplink_alarm_(*this, [this] { step(uplink_.tick(now())); }),
      roster_alarm_(*this, [this] { step(roster_.tick(now())); }),
      cache_alarm_(*this, [this] { step(cache_.tick(now())); }),
      parts_alarm_(*this, [this] { step(parts_.tick(now())); }) {
  disk.journal.reopen();
  step(parts_.recover(now(), disk.journal.read().value()));
  step(uplink_.start(now(), domain::combiner_hello{id_, endpoint_of(id_), 1000}));
}

void combiner_node::drain(std::function<void()> drained) {
  drained_ = std::move(drained);
  say_draining();
  step(parts_.drain(now()));
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
                 [&](const domain::get_package&) { to_cache(in); },
                 [&](const domain::grant&) { to_cache(in); },
                 [&](const domain::credit&) { to_cache(in); },
                 [&](const domain::abort_transfer&) { to_cache(in); },
                 [&](const auto&) { step(parts_.from_client(now(), *client, in.what)); },
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
                 [&](const auto&) { step(from_controller(in.what)); },
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

parts::effects combiner_node::from_controller(const domain::message& in) {
  if (in.head.controller_term < term_) {
    return {};
  }
  term_ = in.head.controller_term;
  return std::visit(overloaded{
                        [&](const domain::round_plan& m) { return parts_.planned(now(), in.head.round, m); },
                        [&](const domain::close_collection& m) { return parts_.closing(now(), m); },
                        [&](const domain::round_closed& m) { return parts_.closed(now(), m); },
                        [&](const domain::grant& m) { return parts_.granted(m); },
                        [&](const domain::credit& m) { return parts_.credited(m); },
                        [](const auto&) { return parts::effects{}; },
                    },
                    in.what);
}

void combiner_node::on_established() {
  step(roster_.uplinked());
  step(cache_.uplinked(now()));
  step(parts_.uplinked(now()));
}

void combiner_node::say_draining() {
  if (drained_) {
    to_the_controller({}, domain::draining{"shutting down"});
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
                   [&](dialog::established&) {
                     say_draining();
                     post([this] { on_established(); });
                   },
                   [&](dialog::lost&) {
                     post([this] {
                       parts_.uplink_lost(now());
                       step(parts::effects{});
                     });
                   },
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
                   [&](roster::client_came& e) {
                     post([this, who = e.who] {
                       members_.insert_or_assign(who.client, who.peer);
                       step(parts_.client_came(now(), who.client, who.max_examples));
                     });
                   },
                   [&](roster::client_left& e) {
                     post([this, e] {
                       members_.erase(e.client);
                       step(parts_.client_left(now(), e.client, e.reason));
                     });
                   },
                   [&](roster::report& e) { to_the_controller({}, std::move(e.what)); },
                   [](roster::turned_away&) {},
               },
               one);
  }
  roster_alarm_.arm(roster_.next_wake());
}

void combiner_node::step(model_cache::effects effects) {
  for (auto& one : effects) {
    std::visit(
        overloaded{
            [&](model_cache::ask_controller& e) { to_the_controller({}, std::move(e.what)); },
            [&](model_cache::verify& e) { verify(e); },
            [&](model_cache::ready& e) {
              post([this, e] { step(parts_.stream_ready(now(), e.name, e.what.stream)); });
            },
            [&](model_cache::failed& e) { post([this, e] { step(parts_.stream_failed(now(), e.name, e.reason)); }); },
            [&](model_cache::send& e) {
              mesh_->send(e.to, {{}, std::move(e.what), std::move(e.payload)});
            },
            [](model_cache::served&) {},
        },
        one);
  }
  cache_alarm_.arm(cache_.next_wake());
}

void combiner_node::step(parts::effects effects) {
  for (auto& one : effects) {
    std::visit([this](auto& e) { perform(e); }, one);
  }
  parts_alarm_.arm(parts_.next_wake());
}

void combiner_node::perform(parts::send& e) {
  if (const auto here = members_.find(e.to); here != members_.end()) {
    mesh_->send(here->second, {{{}, std::move(e.about), 0, 0}, std::move(e.what), std::move(e.payload)});
  }
}

void combiner_node::perform(parts::report& e) {
  to_the_controller(std::move(e.about), std::move(e.what), std::move(e.payload));
}

void combiner_node::perform(parts::need_stream& e) {
  post([this, name = e.name, bytes = e.bytes] { step(cache_.need(now(), name, bytes)); });
}

void combiner_node::perform(parts::open_sum& e) {
  fold_line_.post([this, lease = e.lease, head = std::move(e.head), scales = std::move(e.scales)] {
    sums_.erase(lease);
    auto& sum = sums_.emplace(lease, aggregation::accumulator{head, scales, scales.total_weight}).first->second;
    if (planted_ == planted_bug::double_count) {
      hoard_.opened(lease, head, scales, sum);
    }
  });
}

void combiner_node::perform(parts::fold& e) {
  fold_line_.post([this, e] {
    const auto outcome = fold(e.lease, e.what);
    step(parts_.folded(now(), e.lease, outcome));
  });
}

void combiner_node::perform(parts::freeze& e) {
  fold_line_.post([this, lease = e.lease] { freeze(lease); });
}

void combiner_node::perform(parts::drop_sum& e) {
  fold_line_.post([this, lease = e.lease] {
    auto sum = sums_.extract(lease);
    if (sum && planted_ == planted_bug::double_count) {
      hoard_.dropped(lease, std::move(sum.mapped()));
    }
  });
}

void combiner_node::perform(parts::journal& e) {
  const bool is_urgent = storage::is_waited_for(e.entry);
  unwritten_.push_back(std::move(e));
  later(is_urgent ? domain::milliseconds{0} : storage::journal_pace{}.patience,
        [this] { journal_line_.post([this] { write_group(); }); });
}

/// As journal_writer: what waits when a write begins goes in one batch.
void combiner_node::write_group() {
  if (unwritten_.empty()) {
    return;
  }
  const auto group = std::exchange(unwritten_, {});
  std::vector<storage::journal_entry> entries;
  for (const auto& one : group) {
    entries.push_back(one.entry);
  }
  const auto outcome = disk_.journal.write(entries);
  for (const auto& one : group) {
    post([this, outcome, lease = one.lease, client = one.client] {
      step(parts_.journalled(now(), lease, client, outcome));
    });
  }
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
  step(parts_.frozen(now(), lease, bytes, content));
}

/// The last words; the process ends when they are said.
void combiner_node::leave() {
  post([this] {
    step(roster_.leave());
    to_the_controller({}, domain::goodbye{"shutting down"});
    later(speed_.mailbox, [this] { drained_(); });
  });
}

void combiner_node::to_the_controller(domain::round_key about, domain::body what, domain::shared_bytes payload) {
  post([this, message = domain::message{{{}, std::move(about), 0, 0}, std::move(what), std::move(payload)}] {
    if (uplink_peer_ && uplink_.is_established()) {
      mesh_->send(*uplink_peer_, message);
    }
  });
}

} // namespace fedloom::simulation
