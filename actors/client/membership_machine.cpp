#include "actors/client/membership_machine.hpp"

namespace fedloom::client {

using namespace membership;
namespace dialog = transport::dialog;

namespace {

/// So many unanswered greetings at one combiner, and the controller is asked for another place.
constexpr std::uint32_t tries_at_one_combiner = 3;

void append(effects& to, effects from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace

membership_machine::membership_machine(membership_config config, domain::token resume, std::uint32_t seed)
    : config_(std::move(config)), resume_(resume), at_controller_(config_.limits, seed),
      at_combiner_(config_.limits, seed + 1) {}

effects membership_machine::start(domain::instant now) {
  return join(now);
}

effects membership_machine::received(domain::instant now, link from, const domain::body& what) {
  if (const auto* placed = std::get_if<domain::placement>(&what); placed && from == link::controller) {
    return on(now, *placed);
  }
  if (const auto* welcome = std::get_if<domain::client_welcome>(&what); welcome && from == link::combiner) {
    return translate(now, from, at_combiner_.welcomed(now, welcome->heartbeat, welcome->lease));
  }
  if (const auto* why = std::get_if<domain::refused>(&what)) {
    return on_refused(now, from, *why);
  }
  if (std::holds_alternative<domain::goodbye>(what) && from == link::combiner && is_member()) {
    // A draining combiner lets its clients go: they ask the controller for another one.
    effects out{detached{{domain::errc::unavailable, "the combiner said goodbye"}}};
    append(out, join(now, placed_.combiner));
    return out;
  }
  return {};
}

void membership_machine::heard(domain::instant now, link from) {
  dialog_at(from).heard(now);
}

effects membership_machine::gone(domain::instant now, link at) {
  return translate(now, at, dialog_at(at).gone(now));
}

effects membership_machine::tick(domain::instant now) {
  auto out = translate(now, link::controller, at_controller_.tick(now));
  append(out, translate(now, link::combiner, at_combiner_.tick(now)));
  if (!is_member() && at_combiner_.tries() >= tries_at_one_combiner) {
    append(out, join(now, placed_.combiner));
  }
  return out;
}

effects membership_machine::greet_again(domain::instant now) {
  if (!is_member()) {
    return {};
  }
  effects out{detached{{domain::errc::unavailable, "greeting the combiner again"}}};
  append(out,
         translate(now, link::combiner, at_combiner_.start(now, domain::client_hello{config_.client, placed_.ticket})));
  return out;
}

effects membership_machine::leave(const std::string& reason) {
  effects out;
  if (is_member()) {
    out.emplace_back(send{link::combiner, domain::goodbye{reason}});
  }
  append(out, translate({}, link::combiner, at_combiner_.stop()));
  append(out, translate({}, link::controller, at_controller_.stop()));
  return out;
}

std::optional<domain::instant> membership_machine::next_wake() const {
  const auto one = at_controller_.next_wake();
  const auto other = at_combiner_.next_wake();
  return one && other ? std::min(*one, *other) : one ? one : other;
}

effects membership_machine::join(domain::instant now, const domain::combiner_id& lost) {
  auto out = translate(now, link::combiner, at_combiner_.stop());
  append(out, translate(now, link::controller,
                        at_controller_.start(now, domain::join{config_.client, config_.name, config_.preferred_combiner,
                                                               resume_, config_.max_examples, lost, config_.machine})));
  return out;
}

effects membership_machine::on(domain::instant now, const domain::placement& placed) {
  placed_ = placed;
  effects out;
  if (resume_ != placed.resume) {
    resume_ = placed.resume;
    out.emplace_back(keep_token{resume_});
  }
  out.emplace_back(joined{placed.combiner, placed.endpoint, placed.package});
  append(out, translate(now, link::controller, at_controller_.stop()));
  append(out,
         translate(now, link::combiner, at_combiner_.start(now, domain::client_hello{config_.client, placed.ticket})));
  return out;
}

effects membership_machine::on_refused(domain::instant now, link from, const domain::refused& why) {
  if (from == link::controller) {
    effects out{turned_away{why.reason}};
    append(out, translate(now, from, at_controller_.refused(now, why)));
    return out;
  }
  if (why.reason.code == domain::errc::bad_ticket && why.retry_after.count() == 0) {
    effects out;
    if (is_member()) {
      out.emplace_back(detached{why.reason});
    }
    append(out, join(now));
    return out;
  }
  return translate(now, from, at_combiner_.refused(now, why));
}

effects membership_machine::translate(domain::instant now, link at, dialog::effects from) {
  effects out;
  for (auto& one : from) {
    std::visit(
        domain::overloaded{
            [&](dialog::open&) {
              out.emplace_back(open{at, at == link::controller ? config_.controller_endpoint : placed_.endpoint});
            },
            [&](dialog::close&) { out.emplace_back(close{at}); },
            [&](dialog::send& say) {
              out.emplace_back(send{at, std::move(say.what)});
            },
            [&](dialog::established&) { out.emplace_back(attached{placed_.combiner}); },
            [&](dialog::lost& loss) {
              out.emplace_back(detached{loss.reason});
              if (loss.reason.code != domain::errc::unknown_peer) {
                append(out, join(now, placed_.combiner));
              }
            },
        },
        one);
    if (std::holds_alternative<dialog::lost>(one) &&
        std::get<dialog::lost>(one).reason.code != domain::errc::unknown_peer) {
      break; // the join above has replaced what the dialog wanted to do next
    }
  }
  return out;
}

} // namespace fedloom::client
