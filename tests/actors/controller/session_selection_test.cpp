#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;

/// Whom a session's rounds ask, and what their records say of it.
class session_selection_test : public session_machine_fixture {
protected:
  void running_with_four(const domain::session_options& wanted) {
    create("s", wanted);
    begin("s");
    fleet();
    done(sut->client_up(moment(), client_at("c3", "b1")));
    done(sut->client_up(moment(), client_at("c4", "b1")));
    loaded(1);
  }
  std::string cohort() const {
    std::string text;
    for (const auto& one : last_plan.cohort) {
      text += (text.empty() ? "" : " ") + one.value();
    }
    return text;
  }
  /// c<i> took this long in the round that is open, 0: it failed.
  void answered_in(const std::vector<int>& milliseconds) {
    auto what = partial_of(last_plan.lease.value(), {});
    what.sum_bytes = 8;
    for (std::size_t i = 0; i < milliseconds.size(); ++i) {
      const domain::client_id client{"c" + std::to_string(i + 1)};
      if (milliseconds[i] > 0) {
        domain::contribution one{client, 1, 1, {}, {}};
        one.took = ms{milliseconds[i]};
        what.contributions.push_back(one);
      } else {
        what.failures.push_back({client, {domain::errc::entry_point_failed, ""}, 0});
      }
    }
    what.weight = what.contributions.size();
    progress(last_plan, 4);
    from("b1", what);
    merged();
  }
};

TEST_F(session_selection_test, only_the_named_clients_train_and_validate) {
  auto wanted = options(1, true);
  wanted.selection.clients = {domain::client_id{"c4"}, domain::client_id{"c2"}, domain::client_id{"elsewhere"}};
  running_with_four(wanted);
  EXPECT_EQ(cohort(), "c2 c4");
  progress(last_plan, 2);
  partial(last_plan, {"c2", "c4"});
  merged();
  EXPECT_THAT(averaged(1), HasSubstr("validate m11 [c2,c4]"));
}

TEST_F(session_selection_test, a_round_waits_for_enough_of_the_named_clients) {
  auto wanted = options(1);
  wanted.selection.clients = {domain::client_id{"c1"}, domain::client_id{"c5"}};
  running_with_four(wanted);
  EXPECT_EQ(last_plan.cohort.size(), 0u);
  EXPECT_THAT(done(sut->client_up(moment(), client_at("c5", "b1"))), HasSubstr("[c1,c5]"));
}

TEST_F(session_selection_test, a_fraction_of_the_eligible_is_asked) {
  auto wanted = options(1);
  wanted.selection.fraction = 0.75;
  running_with_four(wanted);
  EXPECT_EQ(last_plan.cohort.size(), 3u);
}

TEST_F(session_selection_test, the_record_says_why_each_was_asked) {
  auto wanted = options(2);
  wanted.selection.fraction = 0.5;
  running_with_four(wanted);
  const auto choices = last_round().choices;
  ASSERT_EQ(choices.size(), 2u);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    EXPECT_EQ(choices[i].client, last_plan.cohort[i]);
    EXPECT_EQ(choices[i].reason, "random");
  }
}

TEST_F(session_selection_test, what_was_observed_in_a_round_chooses_in_the_next_even_after_a_restart) {
  auto wanted = options(3);
  wanted.selection.rule = domain::selection_rule::performance;
  running_with_four(wanted);
  EXPECT_EQ(last_round().choices[0].reason, "all are asked");
  answered_in({400, 100, 0, 200});
  domain::session_options few = wanted;
  few.selection.fraction = 0.5;
  averaged(1);
  stop("s");
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  create("z", few);
  begin("z");
  fleet();
  done(sut->client_up(moment(), client_at("c3", "b1")));
  done(sut->client_up(moment(), client_at("c4", "b1")));
  loaded(1);
  EXPECT_EQ(cohort(), "c2 c4");
  EXPECT_EQ(last_round().choices[0].reason, "performance: rank 1 of 4");
  EXPECT_DOUBLE_EQ(last_round().choices[1].score, 0.5);
}

} // namespace
} // namespace fedloom::controller
