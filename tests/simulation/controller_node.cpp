#include "tests/simulation/controller_node.hpp"

namespace fedloom::simulation {

using namespace controller;
using domain::overloaded;
using kernel::performed;

namespace {

constexpr std::string_view combiner_prefix = "combiner/";

std::optional<domain::combiner_id> combiner_of(const std::string& identity) {
  return identity.starts_with(combiner_prefix)
             ? std::optional{domain::combiner_id{identity.substr(combiner_prefix.size())}}
             : std::nullopt;
}

} // namespace

controller_node::controller_node(world& in, network& net, controller_disk& disk, const pace& speed)
    : process(in), disk_(disk), planted_(net.planted()), term_(disk.records->next_term().value()),
      mesh_(net.attach("controller", controller_endpoint,
                       {[this](transport::inbound m) { on_inbound(std::move(m)); },
                        [this](transport::peer_notice m) { on_notice(m); }})),
      disk_line_(*this, in, speed.write), session_mail_(*this, in, speed.mailbox),
      reduction_mail_(*this, in, speed.mailbox), reducer_line_(*this, in, speed.reduction), reducer_(*disk.models),
      registry_alarm_(*this, [this] { step(registry_ ? registry_->tick(now()) : registry::effects{}); }),
      session_alarm_(*this, [this] { on_session_alarm(); }),
      registry_runner_([this](registry::effect& one) { return perform(one); }),
      session_runner_([this](session::effect& one) { return perform(one); }) {
  begin_registry();
  begin_session();
}

template <class F>
void controller_node::answered(answer to, F ask) {
  if (full_ || !session_) {
    return to(tl::unexpected(full_.value_or(domain::error{domain::errc::unavailable, "the session begins anew"})));
  }
  asked_.emplace(++last_ticket_, std::move(to));
  step(ask(last_ticket_));
}

void controller_node::create(domain::session_record wanted, answer to) {
  const bool seed_is_known = disk_.models->has(wanted.seed);
  answered(std::move(to),
           [&](auto from) { return session_->create(world_.moment(), from, std::move(wanted), seed_is_known); });
}

void controller_node::begin(const domain::session_id& which, answer to) {
  answered(std::move(to), [&](auto from) { return session_->begin(world_.moment(), from, which, {}); });
}

void controller_node::change(const domain::session_id& which, session_order what, answer to) {
  answered(std::move(to), [&](auto from) { return session_->change(world_.moment(), from, which, what); });
}

// -- from the mesh ----------------------------------------------------------------

void controller_node::on_inbound(transport::inbound in) {
  if (auto from = combiner_of(in.identity); from && planted_ == planted_bug::fenced_part_accepted) {
    mix_up_.incoming(*from, in.what.what);
    in.identity = std::string(combiner_prefix) + from->value();
  }
  const auto known = [&](auto deliver) { in.identity.empty() ? to_registry(in) : deliver(); };
  std::visit(overloaded{
                 [&](const domain::progress&) { known([&] { tell_session([this, in] { to_session(in); }); }); },
                 [&](const domain::plan_declined&) { known([&] { tell_session([this, in] { to_session(in); }); }); },
                 [&](const domain::partial&) { known([&] { tell_session([this, in] { to_session(in); }); }); },
                 [&](const domain::chunk&) { known([&] { reduction_mail_.post([this, in] { to_reduction(in); }); }); },
                 [&](const domain::get_model&) { known([&] { to_hand_out(in); }); },
                 [&](const domain::grant&) { known([&] { to_hand_out(in); }); },
                 [&](const domain::credit&) { known([&] { to_hand_out(in); }); },
                 [&](const domain::abort_transfer&) {
                   known([&] {
                     reduction_mail_.post([this, in] { to_reduction(in); });
                     to_hand_out(in);
                   });
                 },
                 [&](const auto&) { to_registry(in); },
             },
             in.what.what);
}

void controller_node::on_notice(const transport::peer_notice& notice) {
  if (notice.change == transport::peer_change::alive) {
    return registry_ ? registry_->heard(now(), notice.identity) : void();
  }
  hand_out_.gone(notice.peer);
  if (registry_) {
    step(registry_->gone(notice.peer, notice.identity));
  }
}

void controller_node::to_registry(const transport::inbound& in) {
  if (!registry_) {
    return;
  }
  registry_->heard(now(), in.identity);
  const auto date = world_.moment().date;
  step(std::visit(
      overloaded{
          [&](const domain::combiner_hello& m) { return registry_->greeted(now(), date, in.from, m); },
          [&](const domain::join& m) { return registry_->join(now(), date, in.from, m); },
          [&](const domain::heartbeat& m) { return registry_->beat(now(), in.from, in.identity, m); },
          [&](const domain::roster_changed& m) { return registry_->roster(now(), in.identity, m); },
          [&](const domain::draining& m) { return registry_->drains(in.from, in.identity, m); },
          [&](const domain::goodbye& m) { return registry_->said_goodbye(in.from, in.identity, m); },
          [&](const auto&) {
            const domain::refused stranger{{domain::errc::unknown_peer, "say hello first"}, {}};
            return in.identity.empty() ? registry::effects{registry::send{in.from, stranger}} : registry::effects{};
          },
      },
      in.what.what));
}

void controller_node::to_session(const transport::inbound& in) {
  if (const auto from = combiner_of(in.identity)) {
    step(session_->received(world_.moment(), *from, in.what));
  }
}

void controller_node::to_reduction(const transport::inbound& in) {
  const auto from = combiner_of(in.identity);
  if (const auto* part = std::get_if<domain::chunk>(&in.what.what); part && from) {
    step(reduction_.received(*from, *part, in.what.payload));
  } else if (const auto* over = std::get_if<domain::abort_transfer>(&in.what.what); over && from) {
    step(reduction_.received(*from, *over));
  }
}

void controller_node::to_hand_out(const transport::inbound& in) {
  const auto asked = transfer::request_in(in.what.what);
  step(asked ? hand_out_.asked(in.from, *asked) : hand_out_.received(in.from, in.what));
}

// -- effects ------------------------------------------------------------------------

void controller_node::step(registry::effects effects) {
  registry_runner_.run(std::move(effects));
  registry_alarm_.arm(registry_ ? registry_->next_wake() : std::nullopt);
}

void controller_node::step(session::effects effects) {
  session_runner_.run(std::move(effects));
  arm_session();
}

performed controller_node::perform(registry::effect& one) {
  return std::visit(overloaded{
                        [&](registry::send& e) {
                          domain::message what{{}, std::move(e.what), {}};
                          what.head.controller_term = term_;
                          mesh_->send(e.to, std::move(what));
                          return performed::done;
                        },
                        [&](registry::identify& e) { return mesh_->identify(e.peer, e.identity), performed::done; },
                        [&](registry::hang_up& e) { return mesh_->hang_up(e.peer), performed::done; },
                        [&](registry::store& e) {
                          write(e.changes, [this, e](const auto& outcome) { registry_stored(e, outcome); });
                          return performed::pending;
                        },
                        [&](registry::combiner_up& e) {
                          tell_session([this, e] {
                            peers_[e.combiner] = e.peer;
                            step(session_->combiner_up(world_.moment(), e.combiner));
                          });
                          return performed::done;
                        },
                        [&](registry::combiner_down& e) {
                          tell_session([this, e] {
                            peers_.erase(e.combiner);
                            step(session_->combiner_down(world_.moment(), e.combiner));
                          });
                          return performed::done;
                        },
                        [&](registry::combiner_draining& e) {
                          tell_session([this, e] { step(session_->combiner_draining(world_.moment(), e.combiner)); });
                          return performed::done;
                        },
                        [&](registry::client_up& e) {
                          return tell_session([this, e] { step(session_->client_up(world_.moment(), e.who)); }),
                                 performed::done;
                        },
                        [&](registry::client_down& e) {
                          return tell_session([this, e] { session_->client_down(e.client); }), performed::done;
                        },
                        [&](registry::turned_away&) { return performed::done; },
                    },
                    one);
}

performed controller_node::perform(session::effect& one) {
  return std::visit(
      overloaded{
          [&](session::store& e) {
            write(std::move(e.changes), [this](const auto& outcome) { session_stored(outcome); });
            return performed::pending;
          },
          [&](session::send& e) { return send(e.to, e.about, std::move(e.what)), performed::done; },
          [&](session::load_model& e) {
            reducer_line_.post([this, e] {
              auto head = offered(reducer_.load(e.model));
              tell_session([this, e, head] { step(session_->loaded(world_.moment(), e.model, head)); });
            });
            return performed::done;
          },
          [&](session::reply& e) {
            if (const auto to = asked_.extract(e.to)) {
              to.mapped()(e.what);
            }
            return performed::done;
          },
          [](session::round_done&) { return performed::done; },
          [](session::session_done&) { return performed::done; },
          [](session::attempt_failed&) { return performed::done; },
          [](session::session_changed&) { return performed::done; },
          [](session::clients_awaited&) { return performed::done; },
          [&](session::drop_state& e) {
            return reducer_line_.post([this, e] { reducer_.drop_state(e.state); }), performed::done;
          },
          [&](auto& e) { return reduction_mail_.post([this, e]() mutable { perform(e); }), performed::done; },
      },
      one);
}

void controller_node::step(reduction::effects effects) {
  for (auto& one : effects) {
    std::visit(overloaded{
                   [&](reduction::send& e) { send(e.to, e.about, std::move(e.what)); },
                   [&](reduction::open_sum& e) { reducer_line_.post([this, e] { reducer_.open_sum(e); }); },
                   [&](reduction::close_sum&) { reducer_line_.post([this] { reducer_.close_sum(); }); },
                   [&](reduction::tell_merged& e) {
                     tell_session([this, e] { step(session_->sum_merged(world_.moment(), e.lease)); });
                   },
                   [&](reduction::tell_failed& e) {
                     tell_session([this, e] { step(session_->sum_failed(world_.moment(), e.lease, e.reason)); });
                   },
                   [&](auto& e) { perform(e); },
               },
               one);
  }
}

void controller_node::perform(reduction::merge& e) {
  reducer_line_.post([this, e] {
    const auto reason = reducer_.merge(e);
    reduction_mail_.post([this, lease = e.lease, reason] { step(reduction_.merged(lease, reason)); });
  });
}

void controller_node::perform(reduction::average& e) {
  reducer_line_.post([this, e] {
    auto head = offered(reducer_.average(e));
    tell_session([this, e, head] { step(session_->averaged(world_.moment(), e.about, head)); });
  });
}

void controller_node::step(hand_out::effects effects) {
  for (auto& one : effects) {
    std::visit(overloaded{
                   [&](hand_out::send& e) {
                     domain::message what{{}, std::move(e.what), std::move(e.payload)};
                     what.head.controller_term = term_;
                     mesh_->send(e.to, std::move(what));
                   },
                   [&](hand_out::load& e) {
                     reducer_line_.post([this, e] {
                       auto outcome =
                           reducer_.load(std::get<domain::model_id>(e.what)); // no session here names a package
                       step(hand_out_.loaded(e.what, outcome.map([](auto& loaded) { return loaded.served; })));
                     });
                   },
               },
               one);
  }
}

domain::expected<head_model> controller_node::offered(domain::expected<prepared_model> what) {
  if (!what) {
    return tl::unexpected(what.error());
  }
  hand_out_.offer(what->head.model, what->served);
  return what->head;
}

void controller_node::write(storage::batch changes, stored done) {
  disk_line_.post([this, changes = std::move(changes), done = std::move(done)] {
    const auto outcome = disk_.records->write(changes);
    later(world_.pause(domain::milliseconds{0}, domain::milliseconds{1}), // a crash may come between
          [done, outcome] { done(outcome); });
  });
}

void controller_node::send(domain::combiner_id to, const domain::round_key& about, domain::body what) {
  if (planted_ == planted_bug::fenced_part_accepted && !mix_up_.outgoing(to, about, what)) {
    return;
  }
  if (const auto peer = peers_.find(to); peer != peers_.end()) {
    mesh_->send(peer->second, {{term_, about, 0, 0}, std::move(what), {}});
  }
}

} // namespace fedloom::simulation
