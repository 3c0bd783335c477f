#include "services/controller/routes/training_state.hpp"

#include "services/controller/routes/round_json.hpp"

#include <algorithm>

namespace fedloom::controller {

using domain::session_record;
using domain::session_status;

std::optional<session_record> current_session(const storage::round_store& store) {
  std::optional<session_record> found;
  store.visit<session_record>({.newest_first = true}, [&](session_record&& one) {
    const bool runs = one.status == session_status::running;
    if (runs || !found || one.updated_at > found->updated_at) {
      found = std::move(one);
    }
    return !runs;
  });
  return found;
}

std::string_view server_status(const rest_context& with, const std::optional<session_record>& session) {
  if (!with.ready()) {
    return "starting";
  }
  if (session && session->status == session_status::running) {
    return "training";
  }
  return session && session->status == session_status::paused ? "paused" : "idle";
}

std::vector<domain::round_record> committed_rounds(const storage::round_store& store, const domain::session_id& of) {
  auto rounds = store.rounds_of(of);
  std::erase_if(rounds, [](const auto& one) { return one.status != domain::round_status::committed; });
  return rounds;
}

std::vector<aggregation::judged_round> judgements_of(const std::vector<domain::round_record>& rounds) {
  std::vector<aggregation::judged_round> judged;
  std::ranges::transform(rounds, std::back_inserter(judged), judgement_of);
  return judged;
}

json json_of(const aggregation::judged_round& judged) {
  return {{"accuracy", number_or_null(judged.accuracy)}, {"loss", number_or_null(judged.loss)}};
}

} // namespace fedloom::controller
