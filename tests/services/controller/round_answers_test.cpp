#include "tests/services/controller/rest_world.hpp"

/// What the clients of rounds answered: validations, statuses, metrics.
namespace fedloom::controller {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class round_answers : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    changes.sessions = {session_record(1, domain::session_status::running),
                        session_record(2, domain::session_status::running)};
    domain::client_record ann;
    ann.client = domain::client_id{"ann"};
    ann.name = "Ann's hospital";
    changes.clients = {ann};
    auto first = validated(round_record(1, 1));
    first.validations[0].output = R"({"accuracy": 0.8, "confusion": [[1, 2]]})";
    first.validations[0].took = domain::milliseconds{250};
    first.contributions[0].took = domain::milliseconds{1250};
    first.validation_failures.push_back({domain::client_id{"cid"}, {domain::errc::client_lost, ""}, 0});
    changes.rounds = {first, round_record(1, 2), validated(round_record(2, 1))};
    domain::measurement_record logged;
    logged.client = domain::client_id{"ann"};
    logged.key = "epoch_loss";
    logged.value = 0.25;
    logged.round = first.key;
    logged.model = model(1);
    logged.step = 7;
    logged.at = date(30);
    auto of_machine = logged;
    of_machine.round = {};
    of_machine.key = "cpu_usage";
    changes.measurements = {logged, of_machine};
    world->write(changes);
  }
};

} // namespace

TEST_F(round_answers, validations_have_a_row_for_each_client_that_judged_a_model) {
  const auto all = get("/api/v1/validations", "X-Sort-Order: asc\r\n");
  EXPECT_EQ(body_of(all).at("count"), 4);
  EXPECT_THAT(column(all, "validation_id"),
              ElementsAre("111:validate:ann", "111:validate:ben", "211:validate:ann", "211:validate:ben"));
  EXPECT_THAT(column(get("/api/v1/validations"), "validation_id"),
              ElementsAre("211:validate:ben", "211:validate:ann", "111:validate:ben", "111:validate:ann"));
}

TEST_F(round_answers, validations_bring_what_the_entry_point_wrote) {
  const auto shown = body_of(get("/api/v1/validations/111:validate:ann"));
  EXPECT_EQ(shown.at("validation_id"), "111:validate:ann");
  EXPECT_EQ(shown.at("model_id"), to_hex(model(2))) << "the model that the round committed";
  EXPECT_EQ(shown.at("data"), R"({"accuracy": 0.8, "confusion": [[1, 2]]})");
  EXPECT_EQ(shown.at("session_id"), session(1).value());
  EXPECT_EQ(shown.at("sender"), json({{"name", "Ann's hospital"}, {"role", "CLIENT"}, {"client_id", "ann"}}));
  EXPECT_EQ(shown.at("receiver").at("name"), "east");
  EXPECT_EQ(shown.at("timestamp"), "Mon, 29 Sep 2025 13:42:02 GMT");
}

TEST_F(round_answers, validations_without_a_text_show_their_metrics) {
  EXPECT_EQ(json::parse(body_of(get("/api/v1/validations/111:validate:ben")).at("data").get<std::string>()),
            json({{"accuracy", 0.4}}));
}

TEST_F(round_answers, are_filtered_by_session_round_and_sender) {
  EXPECT_THAT(column(get("/api/v1/validations?session_id=" + session(2).value()), "validation_id"),
              ElementsAre("211:validate:ben", "211:validate:ann"));
  EXPECT_THAT(column(get("/api/v1/validations?round_id=111&sender.client_id=ben"), "validation_id"),
              ElementsAre("111:validate:ben"));
  EXPECT_THAT(column(get("/api/v1/validations?round_id=0"), "validation_id"), IsEmpty());
  EXPECT_THAT(column(get("/api/v1/validations?session_id=x"), "validation_id"), IsEmpty());
  EXPECT_EQ(get("/api/v1/validations/count?sender.client_id=ann").body, "2");
  EXPECT_EQ(world->ask("POST", "/api/v1/validations/count", R"({"round_id": "111"})").body, "2");
}

TEST_F(round_answers, are_paged_across_rounds) {
  const auto page = [](std::string_view headers) {
    return column(get("/api/v1/validations", headers), "validation_id");
  };
  EXPECT_THAT(page("X-Limit: 2\r\nX-Skip: 1\r\n"), ElementsAre("211:validate:ann", "111:validate:ben"));
  EXPECT_THAT(page("X-Limit: 2\r\nX-Skip: 1\r\nX-Sort-Order: asc\r\n"),
              ElementsAre("111:validate:ben", "211:validate:ann"));
  EXPECT_THAT(page("X-Skip: 9\r\n"), IsEmpty());
}

TEST_F(round_answers, statuses_tell_of_answers_and_failures) {
  const auto all = get("/api/v1/statuses?round_id=111", "X-Sort-Order: asc\r\n");
  EXPECT_THAT(column(all, "status_id"), ElementsAre("111:train:ann", "111:train:ben", "111:train:cid",
                                                    "111:validate:ann", "111:validate:ben", "111:validate:cid"));
  EXPECT_THAT(column(all, "type"), ElementsAre("MODEL_UPDATE", "MODEL_UPDATE", "MODEL_UPDATE", "MODEL_VALIDATION",
                                               "MODEL_VALIDATION", "MODEL_VALIDATION"));
  EXPECT_THAT(column(all, "log_level"), ElementsAre("AUDIT", "AUDIT", "ERROR", "AUDIT", "AUDIT", "WARNING"));
  EXPECT_THAT(column(all, "status"),
              ElementsAre("Model update completed.", "Model update completed.", "train exited with 1",
                          "Model validation completed.", "Model validation completed.", "client_lost"));
}

TEST_F(round_answers, statuses_say_how_much_and_how_long) {
  const auto shown = body_of(get("/api/v1/statuses/111:train:ann"));
  EXPECT_EQ(json::parse(shown.at("data").get<std::string>()),
            json({{"num_examples", 30}, {"seconds", 1.25}, {"metrics", {{"loss", 0.5}}}}));
  EXPECT_EQ(shown.at("correlation_id"), "111:train:ann");
  const auto failed = body_of(get("/api/v1/statuses/111:train:cid"));
  EXPECT_EQ(json::parse(failed.at("data").get<std::string>()), json({{"error", "entry_point_failed"}}));
}

TEST_F(round_answers, metrics_have_a_row_for_each_number) {
  const auto all = get("/api/v1/metrics?round_id=111", "X-Sort-Order: asc\r\n");
  EXPECT_THAT(column(all, "metric_id"), ElementsAre("111:train:ann:loss", "111:validate:ann:accuracy",
                                                    "111:validate:ann:loss", "111:validate:ben:accuracy", "1"));
  EXPECT_THAT(column(all, "value"), ElementsAre("0.5", "0.8", "0.4", "0.4", "0.25"));
  EXPECT_THAT(column(all, "task"), ElementsAre("train", "validate", "validate", "validate", "null"));
  EXPECT_THAT(column(all, "step"), ElementsAre("1", "1", "1", "1", "7"));
}

TEST_F(round_answers, metrics_of_training_belong_to_the_model_that_was_trained) {
  EXPECT_EQ(body_of(get("/api/v1/metrics/111:train:ann:loss")).at("model_id"), to_hex(model(1)));
  EXPECT_EQ(body_of(get("/api/v1/metrics/111:validate:ann:loss")).at("model_id"), to_hex(model(2)));
  EXPECT_EQ(body_of(get("/api/v1/metrics/1")).at("key"), "epoch_loss");
}

TEST_F(round_answers, metrics_are_filtered_by_key_and_value) {
  EXPECT_THAT(column(get("/api/v1/metrics?key=accuracy&value__gt=0.5"), "metric_id"),
              ElementsAre("211:validate:ann:accuracy", "111:validate:ann:accuracy"));
}

TEST_F(round_answers, are_not_found_under_other_ids) {
  for (const std::string id :
       {"111", "111:validate", "111:validate:zoe", "111:predict:ann", "0111:validate:ann", "999:validate:ann",
        "111:validate:ann:loss", "111:validate:%00", "%2e%2e", ":::", "18446744073709551616:validate:ann"}) {
    EXPECT_EQ(get("/api/v1/validations/" + id).status, 404) << id;
    EXPECT_EQ(get("/api/v1/statuses/" + id).status, id == "111:validate:ann" ? 200 : 404) << id;
  }
  for (const std::string id : {"2", "3", "111:train:ann", "111:train:ann:", "111:train:ann:acc", "x"}) {
    EXPECT_EQ(get("/api/v1/metrics/" + id).status, 404) << id;
  }
}

} // namespace fedloom::controller
