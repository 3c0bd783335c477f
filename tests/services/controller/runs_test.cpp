#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

namespace {

class runs : public rest_test {};

domain::run_record run(int number) {
  domain::run_record one;
  one.run = domain::run_id{session(100 + number).value()};
  one.session = session(number);
  one.model = model(1);
  one.round_timeout = domain::milliseconds{2500};
  one.rounds = 3;
  one.started_at = date(number);
  return one;
}

} // namespace

TEST_F(runs, tell_where_they_began_and_ended) {
  auto ended = run(1);
  ended.completed = model(4);
  ended.completed_at = date(9);
  storage::batch changes;
  changes.runs = {ended, run(2)};
  world->write(changes);
  EXPECT_EQ(body_of(get("/api/v1/runs/" + ended.run.value())), json({{"run_id", ended.run.value()},
                                                                     {"session_id", session(1).value()},
                                                                     {"model_id", to_hex(model(1))},
                                                                     {"completed_at_model_id", to_hex(model(4))},
                                                                     {"round_timeout", 2.5},
                                                                     {"rounds", 3},
                                                                     {"completed_at", "Mon, 29 Sep 2025 13:42:09 GMT"},
                                                                     {"committed_at", "Mon, 29 Sep 2025 13:42:01 GMT"},
                                                                     {"updated_at", "Mon, 29 Sep 2025 13:42:09 GMT"}}));
  const auto open = get("/api/v1/runs?completed_at=null");
  EXPECT_EQ(column(open, "session_id"), std::vector{session(2).value()});
  EXPECT_EQ(get("/api/v1/runs/" + session(9).value()).status, 404);
}

} // namespace fedloom::controller
