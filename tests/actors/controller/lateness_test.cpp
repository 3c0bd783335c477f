#include "actors/controller/lateness.hpp"

#include <gtest/gtest.h>

namespace fedloom::controller {
namespace {

using domain::late_rule;

domain::session_options with(late_rule rule) {
  domain::session_options options;
  options.late_updates = rule;
  options.rounds = 10;
  options.max_staleness = 3;
  return options;
}

domain::client_id id(const std::string& name) {
  return domain::client_id{name};
}

domain::contribution_failure failure(const std::string& client, domain::errc code) {
  return {id(client), {code, ""}, 0};
}

domain::round_record ended(domain::round_status how) {
  domain::round_record record;
  record.key = {domain::session_id{"s"}, 5, 2};
  record.status = how;
  record.parent = domain::model_id{{4}};
  const domain::model_id old{{3}};
  record.parts.push_back(
      {domain::lease_id{1}, {}, {id("a"), id("b")}, {{id("c"), 4, 1, old, 724}, {id("d"), 4, 1, old, 724}}});
  record.contributions.push_back({id("a"), 1024, 1, {}, {}});
  record.contributions.push_back({id("c"), 724, 1, {}, {}, 4, 1});
  record.failures = {failure("b", domain::errc::late), failure("d", domain::errc::late),
                     failure("e", domain::errc::client_lost)};
  return record;
}

std::string keys_of(const std::vector<domain::carried_client>& all) {
  std::string text;
  for (const auto& one : all) {
    text += (text.empty() ? "" : " ") + one.client.value() + "@" + std::to_string(one.round) + "." +
            std::to_string(one.attempt) + ">m" + std::to_string(one.parent.value()[0]);
  }
  return text;
}

TEST(lateness, a_discount_is_one_over_one_plus_the_rounds_to_the_exponent) {
  EXPECT_EQ(discount_for(0, 0.5), 1024u);
  EXPECT_EQ(discount_for(1, 0.5), 724u);
  EXPECT_EQ(discount_for(3, 0.5), 512u);
  EXPECT_EQ(discount_for(3, 1.0), 256u);
  EXPECT_EQ(discount_for(100, 0.0), 1024u);
}

TEST(lateness, a_discount_never_grows_with_the_rounds_and_is_never_nothing) {
  for (const double exponent : {0.0, 0.1, 0.5, 1.0, 10.0}) {
    for (std::uint32_t rounds = 0; rounds < 100; ++rounds) {
      EXPECT_GE(discount_for(rounds, exponent), discount_for(rounds + 1, exponent));
    }
    EXPECT_GE(discount_for(100, exponent), 1u);
  }
}

TEST(lateness, who_was_at_work_at_the_close_is_still_to_come_under_the_key_it_works_for) {
  EXPECT_EQ(keys_of(unanswered(ended(domain::round_status::committed))), "b@5.2>m4 d@4.1>m3");
}

TEST(lateness, a_late_update_in_an_attempt_that_failed_is_still_to_come_too) {
  EXPECT_EQ(keys_of(unanswered(ended(domain::round_status::failed))), "b@5.2>m4 d@4.1>m3 c@4.1>m3");
}

TEST(lateness, nobody_is_still_to_come_after_an_attempt_that_was_given_up) {
  EXPECT_EQ(keys_of(unanswered(ended(domain::round_status::abandoned))), "");
}

TEST(lateness, who_is_carried_gets_the_discount_of_the_rounds_it_is_late) {
  const auto carried = carried_into(6, with(late_rule::carry), unanswered(ended(domain::round_status::committed)));
  ASSERT_EQ(carried.size(), 2u);
  EXPECT_EQ(carried[0].discount, discount_for(1, 0.5));
  EXPECT_EQ(carried[1].discount, discount_for(2, 0.5));
}

TEST(lateness, in_another_attempt_of_the_same_round_nobody_is_late) {
  const auto carried = carried_into(5, with(late_rule::carry), unanswered(ended(domain::round_status::failed)));
  ASSERT_EQ(carried.size(), 3u);
  EXPECT_EQ(carried[0].discount, domain::full_discount);
}

TEST(lateness, who_is_more_rounds_late_than_allowed_is_not_carried) {
  const auto late = unanswered(ended(domain::round_status::committed));
  EXPECT_EQ(keys_of(carried_into(7, with(late_rule::carry), late)), "b@5.2>m4 d@4.1>m3");
  EXPECT_EQ(keys_of(carried_into(8, with(late_rule::carry), late)), "b@5.2>m4");
  EXPECT_EQ(keys_of(carried_into(9, with(late_rule::carry), late)), "");
}

TEST(lateness, a_session_that_drops_what_is_late_carries_nobody_and_waits_for_nobody) {
  EXPECT_TRUE(carried_into(6, with(late_rule::drop), unanswered(ended(domain::round_status::committed))).empty());
  EXPECT_EQ(patience_for(1, with(late_rule::drop)), domain::milliseconds{0});
}

TEST(lateness, patience_lasts_as_long_as_an_update_may_count_but_not_beyond_the_last_round) {
  auto options = with(late_rule::buffered);
  options.round_timeout = std::chrono::seconds{10};
  EXPECT_EQ(patience_for(9, options), std::chrono::seconds{30});
  EXPECT_EQ(patience_for(10, options), domain::milliseconds{1}) << "not 0: the unit of weights stays the same";
  options.round_timeout = std::chrono::hours{24 * 7};
  options.max_staleness = 100;
  EXPECT_LE((patience_for(1, options) + options.round_timeout).count(), std::int64_t{0xFFFFFFFF}) << "fits the wire";
}

TEST(lateness, only_a_buffered_round_is_divided_by_the_undiscounted_weights) {
  auto record = ended(domain::round_status::committed);
  record.contributions[1].example_count = 7;
  EXPECT_EQ(divisor_for(record, with(late_rule::drop)), 0u);
  EXPECT_EQ(divisor_for(record, with(late_rule::carry)), 0u);
  auto options = with(late_rule::buffered);
  EXPECT_EQ(divisor_for(record, options), (1u + 7u) * 1024u);
  options.weights = domain::weighting::uniform;
  EXPECT_EQ(divisor_for(record, options), 2u * 1024u);
}

} // namespace
} // namespace fedloom::controller
