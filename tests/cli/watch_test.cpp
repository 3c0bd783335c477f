#include "tests/cli/cli_world.hpp"

#include <future>

namespace fedloom::cli {

using controller::session;
using domain::session_status;
using testing::HasSubstr;
using testing::Not;

namespace {

class watch_test : public cli_test {
protected:
  static void store(int number, session_status status, std::vector<domain::round_record> rounds,
                    domain::error reason = {}) {
    auto record = controller::session_record(number, status);
    record.rounds_committed = static_cast<std::uint32_t>(
        std::ranges::count(rounds, domain::round_status::committed, &domain::round_record::status));
    record.reason = std::move(reason);
    storage::batch changes;
    changes.sessions = {record};
    changes.rounds = std::move(rounds);
    world->write(changes);
  }
  static domain::round_record failed(domain::round_record record) {
    record.status = domain::round_status::failed;
    record.reason = {domain::errc::quorum_missed, "too few"};
    record.model.reset();
    return record;
  }
  static spoken watch(int number) { return ask({"watch", session(number).value()}); }
};

} // namespace

TEST_F(watch_test, tells_a_finished_session_from_its_first_round_to_its_end) {
  store(1, session_status::finished,
        {controller::validated(controller::round_record(1, 1)), failed(controller::round_record(1, 2)),
         controller::validated(controller::round_record(1, 2, 2))});
  const auto told = watch(1);
  EXPECT_EQ(told.code, exit_code::ok) << told.err;
  EXPECT_EQ(told.out, "  round    clients   seconds     traffic      loss  accuracy\n"
                      "      1        2/3      1.50      5.0 kB    0.4000    0.7000\n"
                      "      2  attempt 1: Failed, too few\n"
                      "      2        2/3      1.50      5.0 kB    0.4000    0.7000\n"
                      "Finished\n");
}

TEST_F(watch_test, is_a_line_of_json_per_event_for_programs) {
  store(2, session_status::finished, {controller::validated(controller::round_record(2, 1))});
  const auto lines = ask_json({"watch", session(2).value()}).lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("event"), "round");
  EXPECT_EQ(lines[0].at("round"), 1);
  EXPECT_EQ(lines[1].at("event"), "session");
  EXPECT_EQ(lines[1].at("status"), "Finished");
}

TEST_F(watch_test, a_session_that_failed_fails_with_its_reason) {
  store(3, session_status::failed, {failed(controller::round_record(3, 1))},
        {domain::errc::quorum_missed, "too few clients"});
  const auto told = watch(3);
  EXPECT_EQ(told.code, exit_code::refused);
  EXPECT_THAT(told.err, HasSubstr("the session ended as Failed: too few clients"));
}

TEST_F(watch_test, an_unknown_session_is_not_found) {
  EXPECT_EQ(watch(99).code, exit_code::not_found);
}

TEST_F(watch_test, goes_on_while_the_session_does) {
  store(4, session_status::running, {controller::round_record(4, 1)});
  auto told = std::async(std::launch::async, [] { return watch(4); });
  store(4, session_status::finished, {controller::round_record(4, 1), controller::round_record(4, 2)});
  world->feed.publish(world->store->session(session(4)).value());
  const auto heard = told.get();
  EXPECT_EQ(heard.code, exit_code::ok) << heard.err;
  EXPECT_THAT(heard.out, HasSubstr("\n      2        2/3"));
}

TEST_F(watch_test, an_interrupt_ends_the_watching_alone) {
  store(5, session_status::running, {});
  std::stop_source stop;
  stop.request_stop();
  const auto told = say({"watch", session(5).value(), "-P", std::to_string(world->server->port())}, stop.get_token());
  EXPECT_EQ(told.code, exit_code::interrupted);
}

} // namespace fedloom::cli
