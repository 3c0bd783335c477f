#include "tests/actors/controller/render.hpp"

namespace fedloom::controller {

namespace {

using domain::overloaded;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}
std::string model(const domain::model_id& id) {
  return "m" + number(id.value()[0]);
}
std::string token(const domain::token& value) {
  return "t" + number(value.value()[0]);
}
std::string code(const domain::error& reason) {
  return std::string(to_string(reason.code));
}
std::string lease(domain::lease_id id) {
  return "L" + number(id.value() & 0xFFFFFFFF);
}

std::string names(const std::vector<domain::client_id>& clients) {
  std::string text;
  for (const auto& one : clients) {
    text += (text.empty() ? "" : ",") + one.value();
  }
  return text;
}

std::string carried(const std::vector<domain::carried_client>& clients) {
  std::string text;
  for (const auto& one : clients) {
    text += "+" + one.client.value() + "@" + number(one.round) + "." + number(one.attempt) + "*" +
            number(one.discount) + " ";
  }
  return text;
}

std::string render_plan(const domain::round_plan& m) {
  return "plan " + lease(m.lease) + " " + std::string(to_string(m.kind)) + " " + model(m.model) + " [" +
         names(m.cohort) + "] " + carried(m.carried) + number(static_cast<std::uint64_t>(m.remaining.count())) + "ms";
}

template <class Effects>
std::string joined(const Effects& what) {
  std::string text;
  for (const auto& one : what) {
    text += (text.empty() ? "" : " | ") + std::visit([](const auto& e) { return render_one(e); }, one);
  }
  return text;
}

std::string to(transport::peer_id peer) {
  return "->" + number(peer.value()) + " ";
}
std::string to(const domain::combiner_id& combiner) {
  return "->" + combiner.value() + " ";
}

} // namespace

std::string render(const domain::body& what) {
  return std::visit(
      overloaded{
          [](const domain::refused& m) {
            const auto pause = m.retry_after.count();
            return "refused " + code(m.reason) + (pause > 0 ? " for " + std::to_string(pause) + "ms" : "");
          },
          [](const domain::expect_client& m) { return "expect_client " + m.client.value() + " " + token(m.ticket); },
          [](const domain::placement& m) {
            return "placement " + m.combiner.value() + " at " + m.endpoint + " " + token(m.ticket) + " resume " +
                   token(m.resume) + (m.package.bytes > 0 ? " package " + number(m.package.bytes) + "B" : "");
          },
          [](const domain::heartbeat& m) { return "heartbeat " + number(m.sequence); },
          [](const domain::round_plan& m) { return render_plan(m); },
          [](const domain::close_collection& m) { return "close " + lease(m.lease); },
          [](const domain::round_closed& m) {
            return "closed " + lease(m.lease) + (m.counted ? " counted" : " not_needed");
          },
          [](const domain::grant& m) {
            return "grant " + number(m.transfer.value() & 0xFFFFFFFF) + " from " + number(m.from_chunk);
          },
          [](const domain::credit& m) { return "credit " + number(m.chunks); },
          [](const domain::chunk& m) { return "chunk " + number(m.index); },
          [](const domain::abort_transfer& m) { return "abort " + code(m.reason); },
          [](const auto& m) { return std::string(name_of(domain::body{m})); },
      },
      what);
}

std::string render(const storage::batch& changes) {
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : ", ") + what; };
  for (const auto& one : changes.rounds) {
    add("round " + number(one.key.round) + "." + number(one.key.attempt) + " #" + number(one.number) + " " +
        std::string(to_string(one.status)) + (one.model ? " " + model(one.parent) + ">" + model(*one.model) : ""));
  }
  for (const auto& one : changes.sessions) {
    add(one.session.value() + " " + std::string(to_string(one.status)) + " " + number(one.rounds_committed) + " " +
        model(one.head));
  }
  for (const auto& one : changes.models) {
    add("model " + model(one.model));
  }
  for (const auto& one : changes.clients) {
    add("client " + one.client.value() + " at " + one.combiner.value() + " " + token(one.resume));
  }
  for (const auto& one : changes.combiners) {
    add("combiner " + one.combiner.value());
  }
  return text;
}

// Found by argument: static, for lookup by argument does not look into unnamed namespaces.

namespace registry {
static std::string render_one(const send& e) {
  return to(e.to) + render(e.what);
}
static std::string render_one(const identify& e) {
  return "identify " + number(e.peer.value()) + " as " + e.identity;
}
static std::string render_one(const hang_up& e) {
  return "hang_up " + number(e.peer.value());
}
static std::string render_one(const store& e) {
  return "store{" + render(e.changes) + "}";
}
static std::string render_one(const combiner_up& e) {
  return "up " + e.combiner.value();
}
static std::string render_one(const combiner_down& e) {
  return "down " + e.combiner.value();
}
static std::string render_one(const combiner_draining& e) {
  return "draining " + e.combiner.value();
}
static std::string render_one(const client_up& e) {
  return "up " + e.who.client.value() + "@" + e.who.combiner.value();
}
static std::string render_one(const client_down& e) {
  return "down " + e.client.value();
}
static std::string render_one(const turned_away& e) {
  return "turned_away " + e.who;
}
} // namespace registry

namespace round {
static std::string render_one(const send& e) {
  return to(e.to) + render(e.what);
}
static std::string render_one(const fetch_sum& e) {
  return "fetch " + lease(e.what.lease) + (e.again ? " again" : "");
}
static std::string render_one(const abandon_sum& e) {
  return "abandon " + lease(e.lease);
}
static std::string render_one(const parts_changed&) {
  return "parts_changed";
}
static std::string render_one(const settled&) {
  return "settled";
}
} // namespace round

namespace session {
static std::string render_one(const store& e) {
  return "store{" + render(e.changes) + "}";
}
static std::string render_one(const send& e) {
  return to(e.to) + render(e.what);
}
static std::string render_one(const load_model& e) {
  return "load " + model(e.model);
}
static std::string render_one(const begin_sum& e) {
  return "begin_sum " + number(e.about.round) + "." + number(e.about.attempt);
}
static std::string render_one(const fetch_sum& e) {
  return "fetch " + lease(e.what.lease) + (e.again ? " again" : "");
}
static std::string render_one(const abandon_sum& e) {
  return "abandon " + lease(e.lease);
}
static std::string render_one(const average& e) {
  return "average " + number(e.about.round) + "." + number(e.about.attempt);
}
static std::string render_one(const drop_state& e) {
  return "drop_state " + model(e.state);
}
static std::string render_one(const drop_sum&) {
  return "drop_sum";
}
static std::string render_one(const reply& e) {
  return "reply " + number(e.to) + " " + (e.what ? std::string(to_string(e.what->status)) : code(e.what.error()));
}
static std::string render_one(const round_done& e) {
  return "round_done " + number(e.what.key.round);
}
static std::string render_one(const session_done& e) {
  return "session_done " + std::string(to_string(e.what.status)) +
         (e.what.reason.code == domain::errc::none ? "" : " " + code(e.what.reason));
}
static std::string render_one(const session_changed& e) {
  return "session_changed " + std::string(to_string(e.what.status)) +
         (e.what.reason.code == domain::errc::none ? "" : " " + code(e.what.reason));
}
static std::string render_one(const attempt_failed& e) {
  return "attempt_failed " + number(e.what.key.round) + "." + number(e.what.key.attempt) + " " + code(e.what.reason);
}
static std::string render_one(const clients_awaited& e) {
  std::string text = "awaited";
  for (const auto& client : e.who) {
    text += " " + client.value();
  }
  return text;
}
} // namespace session

namespace reduction {
static std::string render_one(const send& e) {
  return to(e.to) + render(e.what);
}
static std::string render_one(const open_sum& e) {
  return "open_sum " + model(e.model);
}
static std::string render_one(const merge& e) {
  return "merge " + lease(e.lease) + " of " + number(e.pieces.size());
}
static std::string render_one(const average& e) {
  return "average " + number(e.about.round);
}
static std::string render_one(const close_sum&) {
  return "close_sum";
}
static std::string render_one(const tell_merged& e) {
  return "merged " + lease(e.lease);
}
static std::string render_one(const tell_failed& e) {
  return "failed " + lease(e.lease) + " " + code(e.reason);
}
} // namespace reduction

namespace hand_out {
static std::string render_one(const load& e) {
  return "load " + std::visit(overloaded{
                                  [](const domain::model_id& id) { return model(id); },
                                  [](const domain::package_digest& id) { return "p" + std::to_string(id.value()[0]); },
                              },
                              e.what);
}
static std::string render_one(const send& e) {
  return to(e.to) + render(e.what);
}
} // namespace hand_out

std::string render(const registry::effects& what) {
  return joined(what);
}
std::string render(const round::effects& what) {
  return joined(what);
}
std::string render(const session::effects& what) {
  return joined(what);
}
std::string render(const reduction::effects& what) {
  return joined(what);
}
std::string render(const hand_out::effects& what) {
  return joined(what);
}

} // namespace fedloom::controller
