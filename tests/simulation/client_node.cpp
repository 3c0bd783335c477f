#include "tests/simulation/client_node.hpp"

#include "actors/transfer/digests.hpp"
#include "tests/simulation/controller_node.hpp"

#include <algorithm>

namespace fedloom::simulation {

using namespace client;
using domain::overloaded;

namespace {

membership_config config_of(const client_settings& settings) {
  membership_config config;
  config.client = settings.id;
  config.controller_endpoint = controller_endpoint;
  config.max_examples = settings.learns.examples;
  return config;
}

/// Made up before the first join and kept, as membership_actor does it.
const domain::token& own_token(client_disk& disk, world& in) {
  if (disk.resume == domain::token{}) {
    domain::token::value_type bytes{};
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(in.seed()); });
    disk.resume = domain::token{bytes};
  }
  return disk.resume;
}

bool is_for_tasks(const domain::body& what) {
  return std::visit(overloaded{
                        [](const domain::task&) { return true; },
                        [](const domain::cancel_task&) { return true; },
                        [](const domain::receipt&) { return true; },
                        [](const domain::grant&) { return true; },
                        [](const domain::credit&) { return true; },
                        [](const domain::chunk&) { return true; },
                        [](const domain::abort_transfer&) { return true; },
                        [](const auto&) { return false; },
                    },
                    what);
}

trained_update learn(const domain::shared_bytes& model, const lesson& by) {
  auto stream = trained(model, by);
  auto digests = std::make_shared<const std::vector<domain::digest>>(transfer::chunk_digests(stream.span()));
  return {{std::move(stream), by.examples, {{"loss", 0.5}}}, std::move(digests)};
}

} // namespace

client_node::client_node(world& in, network& net, client_settings settings, client_disk& disk)
    : process(in), settings_(std::move(settings)), disk_(disk),
      mesh_(net.attach(
          settings_.id.value(), {},
          {[this](transport::inbound m) { on_inbound(m); }, [this](transport::peer_notice m) { on_notice(m); }})),
      trainer_(*this, in, settings_.longest_training), disk_line_(*this, in, settings_.longest_write),
      membership_(config_of(settings_), own_token(disk, in), in.seed()),
      membership_alarm_(*this, [this] { step(membership_.tick(now())); }),
      task_alarm_(*this, [this] { step(tasks_.tick(now())); }) {
  disk_.updates.reopen();
  step(tasks_.restored(now(), disk_.updates.all()));
  step(membership_.start(now()));
}

void client_node::on_inbound(const transport::inbound& in) {
  if (is_for_tasks(in.what.what)) {
    if (in.from == attached_) {
      step(tasks_.received(now(), in.what));
    }
  } else if (const auto from = link_of(in.from)) {
    membership_.heard(now(), *from);
    step(membership_.received(now(), *from, in.what.what));
  }
}

void client_node::on_notice(const transport::peer_notice& notice) {
  const auto at = link_of(notice.peer);
  if (!at) {
    return;
  }
  if (notice.change == transport::peer_change::alive) {
    membership_.heard(now(), *at);
  } else {
    step(membership_.gone(now(), *at));
  }
}

std::optional<link> client_node::link_of(transport::peer_id peer) const {
  if (controller_ == peer) {
    return link::controller;
  }
  return combiner_ == peer ? std::optional{link::combiner} : std::nullopt;
}

std::optional<transport::peer_id>& client_node::peer_at(link at) {
  return at == link::controller ? controller_ : combiner_;
}

void client_node::hang_up(link at) {
  if (auto& peer = peer_at(at)) {
    mesh_->hang_up(*std::exchange(peer, std::nullopt));
  }
}

void client_node::step(membership::effects effects) {
  for (auto& one : effects) {
    std::visit(overloaded{
                   [&](membership::open& e) { peer_at(e.at) = mesh_->dial(e.endpoint); },
                   [&](membership::close& e) { hang_up(e.at); },
                   [&](membership::send& e) {
                     if (const auto& peer = peer_at(e.at)) {
                       mesh_->send(*peer, {{}, std::move(e.what), {}});
                     }
                   },
                   [&](membership::keep_token& e) { disk_.resume = e.resume; },
                   [&](membership::attached&) {
                     post([this, peer = *combiner_] {
                       attached_ = peer;
                       step(tasks_.attached(now()));
                     });
                   },
                   [&](membership::detached&) {
                     post([this] {
                       attached_.reset();
                       tasks_.detached();
                     });
                   },
                   [](membership::joined&) {},
                   [](membership::turned_away&) {},
               },
               one);
  }
  membership_alarm_.arm(membership_.next_wake());
}

void client_node::step(work::effects effects) {
  for (auto& one : effects) {
    std::visit(overloaded{
                   [&](work::send& e) {
                     if (attached_) {
                       mesh_->send(*attached_, {{{}, e.round, 0, 0}, std::move(e.what), std::move(e.payload)});
                     }
                   },
                   [&](work::run& e) { run(e); },
                   [&](work::prepare& e) {
                     post([this, package = e.package.content] { step(tasks_.prepared(now(), package, {})); });
                   },
                   [&](work::stop_running&) { *stop_ = true; },
                   [&](work::drop_update& e) { disk_.updates.drop(e.round); },
                   [&](work::move_update& e) { disk_.updates.move(e.from, e.to); },
                   [](work::report_failure&) {},
                   [](work::report_package&) {},
                   [](work::report_receipt&) {},
               },
               one);
  }
  task_alarm_.arm(tasks_.next_wake());
}

/// What is trained is stored before it is offered (I-5).
domain::expected<trained_update> client_node::keep(const work::run& of, trained_update what) {
  const domain::kept_update head{of.round, describe(what, of.parent)};
  auto stored = disk_.updates.put({head, what.result.stream, what.chunk_digests});
  return stored ? domain::expected<trained_update>(std::move(what)) : tl::unexpected(std::move(stored.error()));
}

void client_node::run(const work::run& what) {
  stop_ = std::make_shared<bool>(false);
  trainer_.post([this, what, stopped = stop_] {
    const auto cancelled = domain::failure(domain::errc::cancelled, "stopped");
    if (what.kind == domain::task_kind::train && *stopped) {
      step(tasks_.trained(now(), what.round, cancelled));
    } else if (what.kind == domain::task_kind::train) {
      disk_line_.post([this, what, update = learn(what.model, settings_.learns)] {
        step(tasks_.trained(now(), what.round, keep(what, update)));
      });
    } else {
      const auto outcome = *stopped ? domain::expected<validation_result>(cancelled)
                                    : validation_result{settings_.learns.examples, {{"accuracy", 0.5}}};
      step(tasks_.validated(now(), what.round, outcome));
    }
  });
}

} // namespace fedloom::simulation
