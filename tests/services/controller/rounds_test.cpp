#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class rounds : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    changes.sessions = {session_record(1, domain::session_status::running),
                        session_record(2, domain::session_status::running)};
    changes.sessions[0].options.min_clients = 2;
    auto failed = round_record(1, 2);
    failed.status = domain::round_status::failed;
    failed.reason = {domain::errc::quorum_missed, "2 updates were accepted, 3 are needed"};
    failed.model.reset();
    auto open = round_record(1, 2, 2);
    open.status = domain::round_status::open;
    open.model.reset();
    open.closed_at = {};
    open.contributions.clear();
    open.failures.clear();
    changes.rounds = {validated(round_record(1, 1)), failed, open, round_record(2, 1)};
    world->write(changes);
  }
};

} // namespace

TEST_F(rounds, are_listed_by_running_number_newest_first) {
  const auto answer = get("/api/v1/rounds");
  EXPECT_EQ(body_of(answer).at("count"), 4);
  EXPECT_THAT(column(answer, "round_id"), ElementsAre("211", "122", "121", "111"));
}

TEST_F(rounds, are_filtered_by_session_and_status) {
  const auto of_first = "/api/v1/rounds?session_id=" + session(1).value();
  EXPECT_THAT(column(get(of_first), "round_id"), ElementsAre("122", "121", "111"));
  EXPECT_THAT(column(get(of_first + "&status=Finished"), "round_id"), ElementsAre("111"));
  EXPECT_THAT(column(get("/api/v1/rounds?round_config.session_id=" + session(2).value()), "round_id"),
              ElementsAre("211"));
  EXPECT_THAT(column(get("/api/v1/rounds?round_id=121"), "attempt"), ElementsAre("1"));
  EXPECT_THAT(column(get("/api/v1/rounds?session_id=..%2f.."), "round_id"), IsEmpty());
}

TEST_F(rounds, tell_who_contributed_and_who_failed) {
  const auto shown = body_of(get("/api/v1/rounds/111"));
  EXPECT_EQ(shown.at("round_id"), "111");
  EXPECT_EQ(shown.at("session_id"), session(1).value());
  EXPECT_EQ(shown.at("round"), 1);
  EXPECT_EQ(shown.at("attempt"), 1);
  EXPECT_EQ(shown.at("status"), "Finished");
  EXPECT_EQ(shown.at("reason"), nullptr);
  EXPECT_EQ(shown.at("parent_model"), to_hex(model(1)));
  EXPECT_EQ(shown.at("model_id"), to_hex(model(2)));
  EXPECT_EQ(shown.at("round_config").at("min_clients"), 2);
  EXPECT_EQ(shown.at("clients_asked"), 3);
  EXPECT_EQ(shown.at("clients_answered"), 2);
  EXPECT_EQ(shown.at("contributions"), json::parse(R"([
    {"client_id": "ann", "weight": 30, "num_examples": 30, "from_round": 1, "from_attempt": 1,
     "seconds": 0.0, "metrics": {"loss": 0.5}},
    {"client_id": "ben", "weight": 10, "num_examples": 10, "from_round": 1, "from_attempt": 1,
     "seconds": 0.0, "metrics": {}}])"));
  EXPECT_EQ(shown.at("failures"), json::parse(R"([
    {"client_id": "cid", "error": "entry_point_failed", "reason": "train exited with 1"}])"));
  EXPECT_EQ(shown.at("weight"), 40);
  EXPECT_EQ(shown.at("seconds"), 1.5);
  EXPECT_EQ(shown.at("bytes_up"), 2000);
  EXPECT_EQ(shown.at("bytes_down"), 3000);
  EXPECT_EQ(shown.at("policy_decision"), 0);
  EXPECT_EQ(shown.at("opened_at"), "Mon, 29 Sep 2025 13:42:01 GMT");
}

TEST_F(rounds, show_what_each_combiner_did_in_fedns_shape) {
  auto record = round_record(6, 1);
  record.contributions[0].took = domain::milliseconds{2500};
  record.contributions[1].took = domain::milliseconds{1500};
  record.parts.push_back({domain::lease_id{2}, domain::combiner_id{"west"}, {domain::client_id{"dan"}}});
  storage::batch changes;
  changes.sessions = {session_record(6, domain::session_status::running)};
  changes.sessions[0].options.min_clients = 2;
  changes.rounds.push_back(record);
  world->write(changes);
  const auto shown = body_of(get("/api/v1/rounds/" + std::to_string(record.number)));
  EXPECT_EQ(shown.at("combiners"), json::parse(R"([
    {"combiner_id": "east", "name": "east", "clients": 3, "model_id": null, "status": "Success",
     "time_exec_training": 2.5, "data": {"nr_expected_updates": 3, "nr_required_updates": 2, "timeout": 180.0,
                                         "aggregation_time": {"nr_aggregated_models": 2}}},
    {"combiner_id": "west", "name": "west", "clients": 1, "model_id": null, "status": "Failed",
     "time_exec_training": 0.0, "data": {"nr_expected_updates": 1, "nr_required_updates": 2, "timeout": 180.0,
                                         "aggregation_time": {"nr_aggregated_models": 0}}}])"));
  EXPECT_EQ(shown.at("contributions")[0].at("seconds"), 2.5);
  EXPECT_TRUE(shown.at("round_data").at("reduce").is_object());
}

TEST_F(rounds, tell_why_their_clients_were_chosen) {
  auto record = round_record(7, 1);
  record.choices.push_back({domain::client_id{"ann"}, "performance: rank 2 of 9", 0.5});
  storage::batch changes;
  changes.rounds.push_back(record);
  world->write(changes);
  EXPECT_EQ(body_of(get("/api/v1/rounds/" + std::to_string(record.number))).at("selection"), json::parse(R"([
    {"client_id": "ann", "reason": "performance: rank 2 of 9", "score": 0.5}])"));
}

TEST_F(rounds, tell_which_round_a_late_update_comes_from) {
  auto record = round_record(5, 3);
  record.parts[0].cohort.pop_back();
  record.parts[0].carried.push_back({domain::client_id{"dan"}, 2, 1, model(2), 724});
  record.failures.clear();
  record.contributions.push_back({domain::client_id{"dan"}, 724, 1, {}, {}, 2, 1});
  storage::batch changes;
  changes.rounds.push_back(record);
  world->write(changes);
  const auto shown = body_of(get("/api/v1/rounds/" + std::to_string(record.number)));
  EXPECT_EQ(shown.at("clients_asked"), 3) << "who is carried counts as asked";
  EXPECT_EQ(shown.at("combiners")[0].at("clients"), 3);
  EXPECT_EQ(shown.at("contributions")[2].at("from_round"), 2);
}

TEST_F(rounds, average_the_validations_by_examples) {
  const auto shown = body_of(get("/api/v1/rounds/111"));
  EXPECT_EQ(shown.at("validations").size(), 2U);
  EXPECT_DOUBLE_EQ(shown.at("metrics").at("accuracy"), 0.7); // (30 * 0.8 + 10 * 0.4) / 40
  EXPECT_DOUBLE_EQ(shown.at("metrics").at("loss"), 0.4);     // only one client measured it
}

TEST_F(rounds, that_failed_say_why) {
  const auto shown = body_of(get("/api/v1/rounds/121"));
  EXPECT_EQ(shown.at("status"), "Failed");
  EXPECT_EQ(shown.at("reason"), "2 updates were accepted, 3 are needed");
  EXPECT_EQ(shown.at("model_id"), nullptr);
}

TEST_F(rounds, that_are_open_have_no_end) {
  const auto shown = body_of(get("/api/v1/rounds/122"));
  EXPECT_EQ(shown.at("status"), "Open");
  EXPECT_EQ(shown.at("closed_at"), nullptr);
  EXPECT_EQ(shown.at("seconds"), nullptr);
  EXPECT_EQ(shown.at("clients_asked"), 3);
  EXPECT_EQ(shown.at("clients_answered"), 0);
}

TEST_F(rounds, are_not_found_under_other_ids) {
  for (const std::string id : {"112", "0111", "+111", "111x", "-1", "%2e%2e", "18446744073709551727",
                               "999999999999999999999999999999999999"}) {
    EXPECT_EQ(get("/api/v1/rounds/" + id).status, 404) << id;
  }
}

} // namespace fedloom::controller
