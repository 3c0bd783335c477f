#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using testing::HasSubstr;

namespace {

/// A session of five rounds with the accuracies 0.5, 0.6, 0.7, 0.8, 0.8; the first model is a seed.
class model_versions : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    auto of = session_record(1, domain::session_status::finished);
    of.rounds_committed = 5;
    changes.sessions = {of};
    constexpr double accuracies[] = {0.5, 0.6, 0.7, 0.8, 0.8};
    for (std::uint8_t round = 0; round <= 5; ++round) {
      domain::model_record one;
      one.model = model(static_cast<std::uint8_t>(round + 1));
      one.session = session(1);
      one.round = round;
      one.name = "m" + std::to_string(round);
      one.stream_bytes = 100U + round;
      one.committed_at = date(round);
      changes.models.push_back(one);
      if (round > 0) {
        auto record = round_record(1, round);
        record.validations.push_back(
            {domain::client_id{"ann"}, 0, 10, {}, {{"accuracy", accuracies[round - 1]}, {"loss", 1.0 / round}}});
        changes.rounds.push_back(record);
      }
    }
    changes.rounds.back().validations[0].metrics.pop_back(); // nobody measured the loss
    auto failed = round_record(1, 5, 2);
    failed.status = domain::round_status::failed;
    failed.model.reset();
    changes.rounds.push_back(failed);
    world->write(changes);
  }

  static std::string versions_of(std::uint8_t first, std::uint8_t second) {
    return "/models/compare?version1=" + to_hex(model(first)) + "&version2=" + to_hex(model(second));
  }
};

} // namespace

TEST_F(model_versions, are_compared_by_their_validations) {
  const auto answer = body_of(get(versions_of(2, 4)));
  EXPECT_NEAR(answer.at("accuracy_diff").get<double>(), 0.2, 1e-9);
  EXPECT_NEAR(answer.at("loss_diff").get<double>(), 1 - 1.0 / 3, 1e-9) << "positive: the second is better";
  EXPECT_EQ(answer.at("size_diff"), 2);
  EXPECT_EQ(answer.at("round_diff"), 2);
}

TEST_F(model_versions, have_no_difference_in_what_nobody_measured) {
  const auto answer = body_of(get(versions_of(2, 6)));
  EXPECT_NEAR(answer.at("accuracy_diff").get<double>(), 0.3, 1e-9);
  EXPECT_EQ(answer.at("loss_diff"), nullptr);
  EXPECT_EQ(body_of(get(versions_of(1, 2))).at("accuracy_diff"), nullptr) << "a seed is not judged";
  EXPECT_EQ(body_of(get(versions_of(1, 2))).at("round_diff"), 1);
}

TEST_F(model_versions, that_do_not_exist_cannot_be_compared) {
  EXPECT_EQ(get("/models/compare").status, 400);
  EXPECT_EQ(get(versions_of(2, 99)).status, 404);
  EXPECT_THAT(message_of(get("/models/compare?version1=x&version2=y")), HasSubstr("Entity with id: x not found"));
}

TEST_F(model_versions, are_listed_with_how_they_were_judged) {
  const auto answer = body_of(get("/models/versions?session_id=" + session(1).value()));
  EXPECT_EQ(answer.at("count"), 6);
  const auto& seed = answer.at("versions")[0];
  EXPECT_EQ(seed.at("round"), 0);
  EXPECT_EQ(seed.at("accuracy"), nullptr);
  const auto& third = answer.at("versions")[3];
  EXPECT_EQ(third.at("version"), to_hex(model(4)));
  EXPECT_DOUBLE_EQ(third.at("accuracy"), 0.7);
  EXPECT_DOUBLE_EQ(third.at("metrics").at("loss"), 1.0 / 3);
  EXPECT_EQ(third.at("model_size"), 103);
}

TEST_F(model_versions, add_up_to_a_summary_of_the_training) {
  const auto summary = body_of(get("/training/summary"));
  EXPECT_EQ(summary.at("session_id"), session(1).value()) << "the one that ran last";
  EXPECT_EQ(summary.at("total_rounds"), 5) << "an attempt that failed is no round";
  EXPECT_NEAR(summary.at("trend").get<double>(), 0.75, 1e-9);               // 10 * (0.8 - 0.5) / 4
  EXPECT_NEAR(summary.at("convergence_rate").get<double>(), 1.0 / 3, 1e-9); // (0.8 - 0.7) / (1 - 0.7)
  EXPECT_LT(summary.at("loss_trend").get<double>(), 0);
  EXPECT_NEAR(summary.at("stability").get<double>(), 1 - 0.11661903789690602 / 0.68, 1e-9);
  EXPECT_EQ(summary.at("best").at("round"), 4) << "the first of equals";
  EXPECT_DOUBLE_EQ(summary.at("last").at("accuracy"), 0.8);
  EXPECT_DOUBLE_EQ(summary.at("average_round_time"), 1.5);
  EXPECT_EQ(summary.at("bytes"), 25000);
}

TEST_F(model_versions, of_sessions_that_are_not_there_are_not_found) {
  for (const auto* path : {"/models/versions?session_id=x", "/training/summary?session_id=x"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

} // namespace fedloom::controller
