#include "tests/actors/combiner/parts_fixture.hpp"

namespace fedloom::combiner {

/// The parts of a combiner from their plans to their ends, and its disk.
class parts_machine_test : public parts_fixture {};

TEST_F(parts_machine_test, journals_a_plan_and_fetches_its_model_at_the_same_time) {
  came("a");
  EXPECT_EQ(planned(1, 5, {"a", "b"}), (lines{"opened s/1.1", "journal 5 plan", "need model-1"}));
  EXPECT_EQ(ready(), lines{"open sum 5"});
  EXPECT_EQ(journalled(5), lines{"send a s/1.1: task train model-1 60000ms +64B"});
}

TEST_F(parts_machine_test, takes_an_update_from_offer_to_receipt) {
  came("a");
  collect(1, 5, {"a", "b"});
  EXPECT_EQ(offers("a", 1), lines{"fold a into 5"});
  EXPECT_EQ(folded(5, "a"), lines{"journal 5 answer of a"});
  EXPECT_EQ(journalled(5, "a"),
            (lines{"accepted", "send a s/1.1: receipt accepted", "report progress 1 accepted 0 failed 1 pending"}));
}

TEST_F(parts_machine_test, writes_down_the_end_when_the_round_is_closed) {
  came("a");
  collect(1, 5, {"a", "b"});
  accept(1, 5, "a");
  EXPECT_EQ(closing(5), lines{"freeze 5"});
  EXPECT_EQ(frozen(5), lines{"report partial weight 10 sum 64B, a x10, b late"});
  EXPECT_EQ(closed(5, true), (lines{"send a s/1.1: receipt counted", "send b s/1.1: receipt not_needed", "ended s/1.1",
                                    "journal 5 counted", "drop sum 5"}));
  EXPECT_EQ(sut().size(), 0u);
}

TEST_F(parts_machine_test, writes_a_plan_again_until_the_disk_takes_it) {
  came("a");
  planned(1, 5, {"a"});
  EXPECT_EQ(not_journalled(5), lines{});
  EXPECT_EQ(sut().next_wake(), at(1000));
  now = 999;
  EXPECT_EQ(tick(), lines{});
  now = 1000;
  EXPECT_EQ(tick(), lines{"journal 5 plan"});
  EXPECT_EQ(tick(), lines{}) << "under way";
  ready();
  EXPECT_EQ(journalled(5), lines{"send a s/1.1: task train model-1 59000ms +64B"});
  EXPECT_FALSE(sut().next_wake());
}

TEST_F(parts_machine_test, declines_a_plan_that_the_disk_does_not_take_for_too_long) {
  came("a");
  planned(1, 5, {"a"});
  not_journalled(5);
  now = 9999;
  EXPECT_EQ(not_journalled(5), lines{});
  now = 10000;
  EXPECT_EQ(not_journalled(5), (lines{"report plan_declined storage_full", "send a s/1.1: receipt not_needed",
                                      "dropped s/1.1 storage_full", "journal 5 forgotten", "drop sum 5"}));
  EXPECT_EQ(sut().size(), 0u);
  now = 12000;
  EXPECT_EQ(tick(), lines{}) << "nothing is left to be written";
  EXPECT_EQ(planned(2, 6, {"a"}).front(), "opened s/2.1") << "it lives, and tries again";
}

TEST_F(parts_machine_test, writes_an_answer_again_before_its_receipt) {
  came("a");
  collect(1, 5, {"a", "b"});
  offers("a", 1);
  folded(5, "a");
  EXPECT_EQ(not_journalled(5, "a"), lines{});
  EXPECT_EQ(offers("a", 1), lines{}) << "I-5: no receipt yet";
  now = 1000;
  EXPECT_EQ(tick(), lines{"journal 5 answer of a"});
  EXPECT_EQ(journalled(5, "a")[1], "send a s/1.1: receipt accepted");
}

TEST_F(parts_machine_test, gives_its_part_up_when_an_answer_cannot_be_written_down) {
  came("a");
  came("b");
  collect(1, 5, {"a", "b"});
  offers("a", 1);
  folded(5, "a");
  not_journalled(5, "a");
  now = 10000;
  EXPECT_EQ(not_journalled(5, "a").front(), "report plan_declined storage_full")
      << "the sum has an update that a restart would not know of";
  EXPECT_EQ(sut().size(), 0u);
  EXPECT_EQ(journalled(5, "a"), lines{}) << "nobody waits for it any more";
}

TEST_F(parts_machine_test, declines_a_plan_whose_model_is_not_to_be_had) {
  planned(1, 5, {"a"});
  const domain::error gone{domain::errc::not_found, ""};
  EXPECT_EQ(told(sut().stream_failed(at(now), test::id_of<domain::model_id>(1), gone)).front(),
            "report plan_declined not_found");
  EXPECT_EQ(sut().size(), 0u);
}

TEST_F(parts_machine_test, asks_nobody_before_the_package_can_be_fetched_here) {
  came("a");
  auto one = plan(5, {"a"});
  one.package = {test::id_of<domain::package_digest>(3), 700, ""};
  one.client_settings = R"({"mu":1})";
  EXPECT_EQ(planned(1, one), (lines{"opened s/1.1", "journal 5 plan", "need model-1", "need package-3"}));
  journalled(5);
  EXPECT_EQ(ready(), lines{"open sum 5"});
  EXPECT_EQ(told(sut().stream_ready(at(now), one.package.content, bytes())),
            lines{"send a s/1.1: task train model-1 60000ms package-3{\"mu\":1} +64B"});
}

TEST_F(parts_machine_test, declines_a_plan_whose_package_is_not_to_be_had) {
  auto one = plan(5, {"a"});
  one.package = {test::id_of<domain::package_digest>(3), 700, ""};
  planned(1, one);
  ready();
  const domain::error gone{domain::errc::not_found, ""};
  EXPECT_EQ(told(sut().stream_failed(at(now), one.package.content, gone)).front(), "report plan_declined not_found");
  EXPECT_EQ(sut().size(), 0u);
}

TEST_F(parts_machine_test, tells_validations_and_predictions_of_one_round_apart) {
  came("a");
  for (const auto kind : {domain::task_kind::validate, domain::task_kind::predict}) {
    auto one = plan(kind == domain::task_kind::validate ? 5 : 6, {"a"});
    one.kind = kind;
    planned(1, one);
  }
  ready();
  const auto answer = [&](domain::task_kind kind) {
    return told(sut().from_client(at(now), id("a"), {{{}, key(1), 0, 0}, domain::validation{1, {}, kind}, bytes()}));
  };
  EXPECT_EQ(answer(domain::task_kind::predict), lines{"report progress 1 accepted 0 failed 0 pending"});
  EXPECT_EQ(answer(domain::task_kind::predict), lines{}) << "twice";
  EXPECT_EQ(answer(domain::task_kind::validate), lines{"report progress 1 accepted 0 failed 0 pending"});
}

TEST_F(parts_machine_test, answers_a_plan_that_comes_again_with_what_it_has) {
  came("a");
  collect(1, 5, {"a"});
  accept(1, 5, "a");
  EXPECT_EQ(planned(1, 5, {"a"}), lines{"report progress 1 accepted 0 failed 0 pending"});
  EXPECT_EQ(told(sut().uplinked(at(now))), lines{"report progress 1 accepted 0 failed 0 pending"});
}

TEST_F(parts_machine_test, lets_the_oldest_part_give_way_at_its_bound) {
  limits.open = 2;
  planned(1, 5, {"a"});
  planned(2, 6, {"b"});
  EXPECT_EQ(planned(3, 7, {"c"}), (lines{"dropped s/1.1 busy", "journal 5 forgotten", "drop sum 5", "opened s/3.1",
                                         "journal 7 plan", "need model-1"}));
}

TEST_F(parts_machine_test, journals_nothing_of_validations) {
  came("a");
  auto one = plan(5, {"a"});
  one.kind = domain::task_kind::validate;
  EXPECT_EQ(planned(1, one), (lines{"opened s/1.1", "need model-1"}));
  EXPECT_EQ(ready(), lines{"send a s/1.1: task validate model-1 60000ms +64B"});
  EXPECT_EQ(closed(5, true), (lines{"send a s/1.1: receipt not_needed", "ended s/1.1", "drop sum 5"}));
}

TEST_F(parts_machine_test, is_silent_about_what_it_recovers_until_it_is_planned_again) {
  came("a");
  const auto entry = domain::journalled_plan{key(1), plan(5, {"a", "b"})};
  EXPECT_EQ(restart({{entry, {test::contribution_of("a", 10)}}}), lines{"recovered s/1.1"});
  EXPECT_EQ(came("a"), lines{});
  EXPECT_EQ(offers("a", 1), lines{});
  EXPECT_EQ(told(sut().uplinked(at(now))), lines{"report progress 0 accepted 0 failed 2 pending"});
  EXPECT_EQ(planned(1, 5, {"a", "b"}),
            (lines{"report progress 0 accepted 0 failed 2 pending", "journal 5 plan", "need model-1"}));
  EXPECT_EQ(journalled(5), lines{});
  EXPECT_EQ(ready(), (lines{"open sum 5", "send a s/1.1: task train model-1 60000ms +64B"}));
}

TEST_F(parts_machine_test, tells_those_in_the_journal_that_they_count_when_their_part_had_been_taken) {
  const auto entry = domain::journalled_plan{key(1), plan(5, {"a", "b"})};
  restart({{entry, {test::contribution_of("a", 10)}}});
  came("a");
  EXPECT_EQ(closed(5, true), (lines{"send a s/1.1: receipt counted", "send b s/1.1: receipt not_needed", "ended s/1.1",
                                    "journal 5 counted", "drop sum 5"}));
}

TEST_F(parts_machine_test, does_not_write_down_that_a_part_counts_of_which_it_is_not_sure_who_is_in_it) {
  const auto entry = domain::journalled_plan{key(1), plan(5, {"a", "b"})};
  restart({{entry, {test::contribution_of("a", 10)}}});
  came("a");
  planned(1, 5, {"a", "b"});
  EXPECT_EQ(closed(5, true), (lines{"send a s/1.1: receipt counted", "send b s/1.1: receipt not_needed", "ended s/1.1",
                                    "journal 5 not counted", "drop sum 5"}));
}

TEST_F(parts_machine_test, takes_staging_from_lost_clients_of_other_parts_when_somebody_waits) {
  const auto large = [](std::uint64_t lease, const std::string& client) {
    auto one = plan(lease, {client});
    one.model_bytes = 20 * domain::chunk_bytes;
    return one;
  };
  const auto offer_of = [this](const std::string& client, std::uint32_t round) {
    const domain::offer what{
        domain::transfer_id{1}, test::id_of<domain::model_id>(1), {}, 20 * domain::chunk_bytes, 10, {}};
    return told(sut().from_client(at(now), id(client), {{{}, key(round), 0, 0}, what, {}}));
  };
  std::uint32_t round = 0;
  for (const auto* client : {"a", "b", "c"}) {
    came(client);
    ++round;
    planned(round, large(round, client));
  }
  offer_of("a", 1);
  offer_of("b", 2);
  EXPECT_EQ(offer_of("c", 3), lines{});
  const auto effects = left("a");
  EXPECT_EQ(effects.back(), "send c s/3.1: grant 1 from 0 credit 8");
}

} // namespace fedloom::combiner
