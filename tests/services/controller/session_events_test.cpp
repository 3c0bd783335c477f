#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using domain::session_status;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// A reader of one session's stream.
class reader {
public:
  reader(const rest_world& world, const std::string& session) : connection_(world.server->port()) {
    connection_.write("GET /api/v1/sessions/" + session + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    head_ = connection_.read_until("\r\n\r\n");
  }

  const std::string& head() const { return head_; }

  /// "name key" of the next event: "round 1.2" is round 1, attempt 2. "end" when there is none.
  std::string next() {
    for (;;) {
      auto text = connection_.read_until("\n\n");
      if (!text.ends_with("\n\n")) {
        return "end";
      }
      if (!text.starts_with(':')) { // a sign of life
        return noted(text);
      }
    }
  }
  /// Comes back when the server has looked at the store and waits.
  void await_keep_alive() { EXPECT_EQ(connection_.read_until("\n\n"), ":\n\n"); }

  json last;

private:
  std::string noted(const std::string& text) {
    const auto data = text.find("\ndata: ");
    const auto name = text.substr(7, data - 7);
    last = json::parse(text.substr(data + 7));
    if (name == "round" || name == "attempt") {
      return name + ' ' + last.at("round").dump() + '.' + last.at("attempt").dump();
    }
    return name;
  }

  test::tcp_connection connection_;
  std::string head_;
};

class session_events : public rest_test {
protected:
  static void store(std::vector<domain::session_record> sessions, std::vector<domain::round_record> rounds = {}) {
    storage::batch changes;
    changes.sessions = std::move(sessions);
    changes.rounds = std::move(rounds);
    world->write(changes);
  }
  static reader read(int number) { return {*world, session(number).value()}; }
  static domain::session_record with_rounds(int number, session_status status, std::uint32_t rounds) {
    auto record = session_record(number, status);
    record.rounds_committed = rounds;
    return record;
  }
  static domain::round_record failed(domain::round_record record) {
    record.status = domain::round_status::failed;
    record.reason = {domain::errc::quorum_missed, "too few"};
    record.model.reset();
    return record;
  }
};

} // namespace

TEST_F(session_events, of_an_ended_session_are_its_history_and_its_end) {
  auto ended = with_rounds(1, session_status::failed, 2);
  ended.reason = {domain::errc::quorum_missed, "too few"};
  ended.head = model(3);
  store({ended}, {validated(round_record(1, 1)), failed(round_record(1, 2)), round_record(1, 2, 2)});
  auto events = read(1);
  EXPECT_THAT(events.head(), HasSubstr("Content-Type: text/event-stream"));
  EXPECT_EQ(events.next(), "round 1.1");
  EXPECT_EQ(events.next(), "attempt 2.1");
  EXPECT_EQ(events.last.at("reason"), "too few");
  EXPECT_EQ(events.next(), "round 2.2");
  EXPECT_EQ(events.next(), "session");
  EXPECT_EQ(events.last, json({{"session_id", session(1).value()},
                               {"status", "Failed"},
                               {"model_id", to_hex(model(3))},
                               {"reason", "too few"},
                               {"rounds_committed", 2}}));
  EXPECT_EQ(events.next(), "end");
}

TEST_F(session_events, carry_what_a_progress_display_shows) {
  store({with_rounds(2, session_status::finished, 1)}, {validated(round_record(2, 1))});
  auto events = read(2);
  ASSERT_EQ(events.next(), "round 1.1");
  EXPECT_DOUBLE_EQ(events.last.at("accuracy"), 0.7);
  EXPECT_DOUBLE_EQ(events.last.at("metrics").at("accuracy"), 0.7);
  events.last.erase("accuracy");
  events.last.erase("metrics");
  EXPECT_EQ(events.last, json({{"round", 1},
                               {"attempt", 1},
                               {"status", "Finished"},
                               {"reason", nullptr},
                               {"round_id", "211"},
                               {"model_id", to_hex(model(2))},
                               {"clients_asked", 3},
                               {"clients_answered", 2},
                               {"seconds", 1.5},
                               {"loss", 0.4},
                               {"bytes", 5000},
                               {"bytes_up", 2000},
                               {"bytes_down", 3000}}));
}

TEST_F(session_events, of_a_running_session_go_on_live) {
  store({with_rounds(3, session_status::running, 1)}, {validated(round_record(3, 1))});
  auto events = read(3);
  EXPECT_EQ(events.next(), "round 1.1");
  world->feed.publish(round_record(4, 1)); // another session's
  world->feed.publish(failed(round_record(3, 2)));
  EXPECT_EQ(events.next(), "attempt 2.1");
  world->feed.publish(validated(round_record(3, 2, 2)));
  EXPECT_EQ(events.next(), "round 2.2");
  store({with_rounds(3, session_status::finished, 2)}, {round_record(3, 2, 2)});
  world->feed.publish(with_rounds(3, session_status::finished, 2));
  EXPECT_EQ(events.next(), "session");
  EXPECT_EQ(events.last.at("status"), "Finished");
  EXPECT_EQ(events.next(), "end");
}

TEST_F(session_events, tell_each_round_once) {
  store({with_rounds(5, session_status::running, 1)}, {validated(round_record(5, 1))});
  auto events = read(5);
  EXPECT_EQ(events.next(), "round 1.1");
  world->feed.publish(validated(round_record(5, 1))); // was in the store already
  world->feed.publish(validated(round_record(5, 2)));
  EXPECT_EQ(events.next(), "round 2.1");
}

TEST_F(session_events, wait_for_the_validations_of_a_round) {
  store({with_rounds(6, session_status::running, 1)}, {round_record(6, 1)});
  auto events = read(6);
  events.await_keep_alive();
  world->feed.publish(validated(round_record(6, 1)));
  EXPECT_EQ(events.next(), "round 1.1");
  EXPECT_EQ(events.last.at("loss"), 0.4);
}

TEST_F(session_events, do_not_wait_for_validations_that_nobody_asked_for) {
  auto running = with_rounds(7, session_status::running, 1);
  running.options.validate = false;
  store({running}, {round_record(7, 1)});
  auto events = read(7);
  EXPECT_EQ(events.next(), "round 1.1");
  EXPECT_EQ(events.last.at("loss"), nullptr);
}

TEST_F(session_events, tell_a_round_whose_validations_never_came_before_the_next) {
  store({with_rounds(8, session_status::running, 1)}, {round_record(8, 1)});
  auto events = read(8);
  events.await_keep_alive();
  world->feed.publish(validated(round_record(8, 2)));
  EXPECT_EQ(events.next(), "round 1.1");
  EXPECT_EQ(events.next(), "round 2.1");
}

TEST_F(session_events, tell_all_rounds_before_the_end) {
  store({with_rounds(9, session_status::running, 1)}, {round_record(9, 1)});
  auto events = read(9);
  events.await_keep_alive();
  world->feed.publish(with_rounds(9, session_status::stopped, 1));
  EXPECT_EQ(events.next(), "round 1.1");
  EXPECT_EQ(events.next(), "session");
}

TEST_F(session_events, notice_an_end_that_was_not_announced) {
  store({session_record(10, session_status::queued)});
  auto events = read(10);
  events.await_keep_alive();
  store({session_record(10, session_status::stopped)});
  EXPECT_EQ(events.next(), "session");
  EXPECT_EQ(events.last.at("status"), "Terminated");
  EXPECT_EQ(events.next(), "end");
}

TEST_F(session_events, follow_a_session_that_has_not_started) {
  store({session_record(11, session_status::created)});
  auto events = read(11);
  events.await_keep_alive();
  store({session_record(11, session_status::running)});
  world->feed.publish(validated(round_record(11, 1)));
  EXPECT_EQ(events.next(), "round 1.1");
}

TEST_F(session_events, read_from_the_store_what_the_feed_has_dropped) {
  const auto last = static_cast<std::uint32_t>(round_feed::kept) + 40;
  auto running = with_rounds(12, session_status::running, last);
  running.options.validate = false;
  store({running});
  auto events = read(12);
  events.await_keep_alive();
  for (std::uint32_t round = 1; round <= last; ++round) {
    store({}, {round_record(12, round)});
    world->feed.publish(round_record(12, round));
  }
  for (std::uint32_t round = 1; round <= last; ++round) {
    ASSERT_EQ(events.next(), "round " + std::to_string(round) + ".1");
  }
}

TEST_F(session_events, tell_that_the_session_is_paused_and_goes_on) {
  auto paused = with_rounds(13, session_status::paused, 0);
  paused.reason = {domain::errc::paused, "paused on request"};
  store({paused});
  auto events = read(13);
  EXPECT_EQ(events.next(), "status");
  EXPECT_EQ(events.last.at("status"), "Paused");
  EXPECT_EQ(events.last.at("reason"), "paused on request");
  world->feed.publish(with_rounds(13, session_status::running, 0));
  EXPECT_EQ(events.next(), "status");
  EXPECT_EQ(events.last.at("status"), "Started");
  store({with_rounds(13, session_status::cancelled, 0)});
  world->feed.publish(with_rounds(13, session_status::cancelled, 0));
  EXPECT_EQ(events.next(), "session");
  EXPECT_EQ(events.last.at("status"), "Cancelled");
  EXPECT_EQ(events.next(), "end");
}

TEST_F(session_events, wait_for_the_validations_of_all_rounds_that_are_still_validated) {
  store({with_rounds(14, session_status::running, 3)}, {round_record(14, 1), round_record(14, 2), round_record(14, 3)});
  auto events = read(14);
  events.await_keep_alive();
  for (std::uint32_t round = 1; round <= 3; ++round) {
    world->feed.publish(validated(round_record(14, round)));
    EXPECT_EQ(events.next(), "round " + std::to_string(round) + ".1");
    EXPECT_EQ(events.last.at("loss"), 0.4);
  }
}

TEST_F(session_events, say_that_a_session_does_not_exist) {
  for (const auto& id : {session(999).value(), std::string{"%2e%2e"}, std::string{"%00"}}) {
    reader events(*world, id);
    EXPECT_EQ(events.next(), "error");
    EXPECT_THAT(events.last.at("message").get<std::string>(), HasSubstr("not found"));
    EXPECT_EQ(events.next(), "end");
  }
}

} // namespace fedloom::controller
