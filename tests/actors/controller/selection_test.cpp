#include "actors/controller/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace fedloom::controller {
namespace {

using domain::selection_rule;

/// Clients c1, c2, ... Their observed times are given in rounds that all of them answered.
class selection_test : public testing::Test {
protected:
  static available_client client(int number, std::uint32_t cores = 0, std::uint64_t memory = 0) {
    available_client one{domain::client_id{"c" + std::to_string(number)}, domain::combiner_id{"b"}, 10};
    one.machine.cpu_cores = cores;
    one.machine.memory_bytes = memory;
    return one;
  }
  void answered(int number, int milliseconds) {
    domain::round_record round;
    domain::contribution one;
    one.client = client(number).client;
    one.took = domain::milliseconds{milliseconds};
    round.contributions.push_back(one);
    seen.note(round);
  }
  void failed(int number, domain::errc why) {
    domain::round_record round;
    round.failures.push_back({client(number).client, {why, ""}, 0});
    seen.note(round);
  }
  std::vector<pick> selected(selection_rule rule, const std::vector<available_client>& from, std::size_t places) {
    return select(rule, from, places, seen, random);
  }
  /// How often each is asked in 1000 rounds.
  std::map<std::string, int> often(selection_rule rule, const std::vector<available_client>& from, std::size_t places) {
    std::map<std::string, int> counts;
    for (int i = 0; i < 1000; ++i) {
      for (const auto& one : selected(rule, from, places)) {
        ++counts[one.who.client.value()];
      }
    }
    return counts;
  }
  static std::string names(const std::vector<pick>& picks) {
    std::string text;
    for (const auto& one : picks) {
      EXPECT_EQ(one.who.client, one.why.client);
      text += (text.empty() ? "" : " ") + one.who.client.value();
    }
    return text;
  }

  track_record seen;
  std::mt19937 random{1};
};

TEST_F(selection_test, random_asks_everybody_equally_often) {
  const auto counts = often(selection_rule::random, {client(1), client(2), client(3), client(4)}, 2);
  for (const auto& [name, times] : counts) {
    EXPECT_NEAR(times, 500, 80) << name;
  }
  EXPECT_EQ(counts.size(), 4u);
  EXPECT_EQ(selected(selection_rule::random, {client(1), client(2)}, 1)[0].why.reason, "random");
}

TEST_F(selection_test, where_there_is_room_for_all_all_are_asked) {
  const auto picks = selected(selection_rule::performance, {client(1), client(2)}, 5);
  EXPECT_EQ(names(picks), "c1 c2");
  EXPECT_EQ(picks[0].why.reason, "all are asked");
}

TEST_F(selection_test, performance_asks_who_answers_soon_and_says_why) {
  answered(1, 400);
  answered(2, 100);
  answered(3, 200);
  const auto picks = selected(selection_rule::performance, {client(1), client(2), client(3)}, 2);
  EXPECT_EQ(names(picks), "c2 c3");
  EXPECT_EQ(picks[0].why.reason, "performance: rank 1 of 3");
  EXPECT_DOUBLE_EQ(picks[0].why.score, 1);
  EXPECT_DOUBLE_EQ(picks[1].why.score, 0.5);
}

TEST_F(selection_test, who_fails_is_asked_after_who_is_slow) {
  answered(1, 100);
  failed(1, domain::errc::entry_point_failed);
  failed(1, domain::errc::late);
  failed(1, domain::errc::client_lost);
  answered(2, 200);
  EXPECT_EQ(names(selected(selection_rule::performance, {client(1), client(2)}, 1)), "c2");
}

TEST_F(selection_test, nobody_is_blamed_for_a_combiner) {
  answered(1, 100);
  failed(1, domain::errc::combiner_lost);
  failed(1, domain::errc::draining);
  answered(2, 101);
  EXPECT_EQ(names(selected(selection_rule::performance, {client(1), client(2)}, 1)), "c1");
}

TEST_F(selection_test, newer_rounds_count_more) {
  for (int i = 0; i < 20; ++i) {
    answered(1, 1000);
    answered(2, 300);
  }
  for (int i = 0; i < 10; ++i) {
    answered(1, 100);
  }
  EXPECT_EQ(names(selected(selection_rule::performance, {client(1), client(2)}, 1)), "c1");
}

TEST_F(selection_test, resources_weighs_claims_and_what_was_seen) {
  answered(1, 100);
  answered(2, 100);
  const auto strong = client(2, 8, 32);
  EXPECT_EQ(names(selected(selection_rule::resources, {client(1, 2, 8), strong}, 1)), "c2");
  answered(3, 100);
  const auto picks = selected(selection_rule::resources, {client(1, 2, 8), strong, client(3)}, 2);
  EXPECT_DOUBLE_EQ(picks[0].why.score, (0.25 + 0.25) / 4 + 0.5);
  EXPECT_DOUBLE_EQ(picks[1].why.score, 1);
  for (int i = 0; i < 20; ++i) {
    failed(2, domain::errc::entry_point_failed);
  }
  EXPECT_EQ(names(selected(selection_rule::resources, {client(1, 2, 8), strong}, 1)), "c1");
}

TEST_F(selection_test, a_fifth_of_the_places_goes_to_those_of_whom_nothing_is_known) {
  std::vector<available_client> all;
  for (int i = 1; i <= 10; ++i) {
    answered(i, 100 * i);
    all.push_back(client(i));
  }
  all.push_back(client(11));
  all.push_back(client(12));
  const auto picks = selected(selection_rule::performance, all, 5);
  ASSERT_EQ(picks.size(), 5u);
  int explored = 0;
  for (const auto& one : picks) {
    explored += one.why.reason == "explored: not observed lately" ? 1 : 0;
  }
  EXPECT_EQ(explored, 1);
  const auto counts = often(selection_rule::performance, all, 1);
  EXPECT_NEAR(counts.at("c1"), 800, 60) << "of a single place, a fifth of the rounds";
  EXPECT_NEAR(counts.at("c11"), 100, 50);
}

TEST_F(selection_test, the_unknown_fill_what_the_known_leave) {
  answered(1, 100);
  EXPECT_EQ(selected(selection_rule::performance, {client(1), client(2), client(3), client(4)}, 3).size(), 3u);
}

TEST_F(selection_test, who_was_bad_once_gets_another_chance) {
  failed(1, domain::errc::client_lost);
  for (std::uint64_t i = 0; i <= track_record::rounds_remembered; ++i) {
    answered(2, 100);
  }
  EXPECT_EQ(seen.find(client(1).client), nullptr);
  const auto counts = often(selection_rule::performance, {client(1), client(2)}, 1);
  EXPECT_NEAR(counts.at("c1"), 200, 60);
}

TEST_F(selection_test, the_number_of_places_is_the_least_of_what_was_asked_for) {
  domain::session_options wanted;
  EXPECT_EQ(places_in(wanted, 10), 10u);
  wanted.selection.fraction = 0.3;
  EXPECT_EQ(places_in(wanted, 10), 3u) << "0.3 * 10, and not 4 by rounding";
  EXPECT_EQ(places_in(wanted, 11), 4u);
  wanted.requested_clients = 2;
  EXPECT_EQ(places_in(wanted, 11), 2u);
  wanted.over_selection = 0.5;
  EXPECT_EQ(places_in(wanted, 11), 3u);
  wanted.requested_clients = -1;
  wanted.over_selection = 0;
  wanted.min_clients = 5;
  EXPECT_EQ(places_in(wanted, 10), 5u) << "or the quorum could not be met";
}

} // namespace
} // namespace fedloom::controller
