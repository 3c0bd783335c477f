#include "tests/bench/session.hpp"

#include "actors/model/npz.hpp"
#include "tests/bench/bench_failure.hpp"
#include "tests/bench/workload.hpp"

namespace fedloom::bench {

namespace {

constexpr std::chrono::seconds round_limit{300};

std::string upload_seed(const mesh& with, std::uint64_t parameters) {
  return with.controller().upload(value_or_fail(model::npz_from_stream(seed_stream(parameters))));
}

std::string create(const mesh& with, const session_order& order) {
  const nlohmann::json wanted{{"name", "bench"},
                              {"seed_model_id", upload_seed(with, order.parameters)},
                              {"session_config",
                               {{"rounds", order.rounds},
                                {"round_timeout", round_limit.count()},
                                {"requested_clients", order.clients},
                                {"round_buffer_size", -1},
                                {"min_clients", order.clients},
                                {"validate", false}}}};
  return with.controller().post("/api/v1/sessions", wanted).at("session_id").get<std::string>();
}

/// The final model's id.
std::string follow(mesh& with, event_stream& events, const session_order& order,
                   const std::function<void(std::uint32_t)>& on_round) {
  std::uint32_t seen = 0;
  for (;;) {
    const auto event = events.next(with.watched(), round_limit);
    if (event.name == "round") {
      on_round(++seen);
      continue;
    }
    const auto what = nlohmann::json::parse(event.data);
    const bool ended = event.name == "session" && seen == order.rounds && what.value("status", "") == "Finished";
    if (event.name == "attempt" || (event.name == "session" && !ended)) {
      throw bench_failure("after " + std::to_string(seen) + " rounds: " + event.name + ' ' + event.data + '\n' +
                          with.watched().log_tails());
    }
    if (ended) {
      return what.at("model_id").get<std::string>();
    }
  }
}

void check(const mesh& with, const std::string& model, const session_order& order) {
  const auto stream = value_or_fail(model::stream_from_npz(domain::as_bytes(with.controller().download(model))));
  if (const auto wrong = difference_from_expected(stream, order.parameters, order.rounds)) {
    throw bench_failure("the final model is wrong: " + *wrong);
  }
}

} // namespace

void run_session(mesh& with, const session_order& order, const std::function<void(std::uint32_t)>& on_round) {
  const auto session = create(with, order);
  // Before the start: no round may be missed.
  auto events = with.events(session);
  on_round(0);
  with.controller().post("/api/v1/sessions/start", {{"session_id", session}, {"rounds", order.rounds}});
  const auto model = follow(with, events, order, on_round);
  check(with, model, order);
}

} // namespace fedloom::bench
