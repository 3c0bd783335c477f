#include "tests/simulation/history_checker.hpp"

#include "actors/aggregation/federated_average.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/simulation/lesson.hpp"

#include <gtest/gtest.h>

namespace fedloom::simulation {
namespace {

using domain::client_id;
using domain::lease_id;

/// A history of one session with two clients at one combiner: what happens in the first round, entry by entry.
class history_checker_test : public testing::Test {
protected:
  static constexpr const char* session = "s";
  static constexpr domain::timestamp calendar_begins{std::chrono::hours{24}};

  history_checker_test() {
    keep(seed_);
    began_.session = domain::session_id{session};
    began_.status = domain::session_status::running;
    began_.seed = began_.head = id_of(seed_);
    began_.options.rounds = 2;
    began_.options.min_clients = 1;
    write({began_}, {});
  }

  static domain::model_id id_of(const domain::shared_bytes& stream) { return model::id_of(stream.span()); }
  void see(happening what) {
    const std::chrono::seconds now{++seconds_};
    sut_.see({domain::instant{now}, std::move(what), calendar_begins + now});
  }
  void keep(const domain::shared_bytes& stream) { see(event::kept_model{id_of(stream), stream}); }
  void write(std::vector<domain::session_record> sessions, std::vector<domain::round_record> rounds) {
    see(event::wrote{{std::move(sessions), std::move(rounds)}});
  }
  void say(const std::string& who, const std::string& to, domain::round_key round, domain::body what) {
    see(event::said{who, to, {{{}, std::move(round), 0, 0}, std::move(what), {}}});
  }
  void hear(const std::string& who, const std::string& from, domain::round_key round, domain::body what) {
    see(event::heard{who, from, {{{}, std::move(round), 0, 0}, std::move(what), {}}});
  }

  static domain::round_key first_round(std::uint32_t attempt = 1) { return {domain::session_id{session}, 1, attempt}; }
  domain::round_record open_record(std::uint32_t attempt = 1) const {
    domain::round_record record;
    record.key = first_round(attempt);
    record.number = attempt;
    record.opened_at = opened_at_;
    record.parent = id_of(seed_);
    record.scales = aggregation::scale_for(read_.what, read_.data, 3).value();
    record.parts = {{lease_id{attempt}, domain::combiner_id{"b1"}, {client_id{"c1"}, client_id{"c2"}}}};
    return record;
  }
  domain::round_plan plan_of(const domain::round_record& record) const {
    domain::round_plan plan;
    plan.lease = record.parts.front().lease;
    plan.model = record.parent;
    plan.cohort = record.parts.front().cohort;
    return plan;
  }
  domain::contribution update_of(const client_id& client) const {
    const auto by = lesson_of(client);
    return {client, by.examples, by.examples, transfer::stream_digest(trained(seed_, by).span()), {}};
  }
  /// The round's record when both have answered, its model and its partial.
  domain::round_record committed_record() const {
    auto record = open_record();
    record.status = domain::round_status::committed;
    record.contributions = {update_of(client_id{"c1"}), update_of(client_id{"c2"})};
    record.weight = 3;
    record.model = id_of(next_);
    return record;
  }
  domain::session_record after_the_first_round() const {
    auto record = began_;
    record.head = id_of(next_);
    record.rounds_committed = 1;
    return record;
  }
  domain::shared_bytes mean() const {
    const auto record = open_record();
    aggregation::accumulator sum(seed_.slice(0, read_.head_bytes), record.scales, 3);
    for (const auto& client : record.parts.front().cohort) {
      sum.add({trained(seed_, lesson_of(client))}, lesson_of(client).examples);
    }
    return domain::shared_bytes::adopt(sum.average(seed_.span(), 1.0));
  }
  void journal(const client_id& client) {
    see(event::journalled{"b1", domain::journalled_answer{lease_id{1}, update_of(client)}});
  }
  void open() {
    write({}, {open_record()});
    say("controller", "b1", first_round(), plan_of(open_record()));
  }
  void hand_in(const domain::round_record& record) {
    domain::partial part;
    part.lease = lease_id{1};
    part.contributions = record.contributions;
    say("b1", "controller", first_round(), part);
    hear("controller", "b1", first_round(), part);
  }
  void collect(const domain::round_record& record) {
    open();
    for (const auto& one : record.contributions) {
      journal(one.client);
      say("b1", one.client.value(), first_round(), domain::receipt{});
    }
    hand_in(record);
  }
  void commit(const domain::round_record& record) { write({after_the_first_round()}, {record}); }
  /// c2 was accepted, its combiner dies, and the round is committed without it.
  void call_c2_late() {
    auto record = committed_record();
    collect(record);
    record.contributions.pop_back();
    record.weight = 1;
    record.failures = {{client_id{"c2"}, {domain::errc::late, "late"}, 0}};
    see(event::killed{"b1"});
    hand_in(record);
    keep(next_);
    commit(record);
  }
  bool says_that_c2_was_not_late() const {
    return sut_.violations().find("I-5: c2 was accepted and is called late before the deadline") != std::string::npos;
  }

  domain::shared_bytes seed_ = model_of(4, 1.0F);
  model::stream_view read_ = model::read_stream(seed_.span()).value();
  domain::shared_bytes next_ = mean();
  domain::session_record began_;
  domain::timestamp opened_at_ = calendar_begins;
  history_checker sut_;

private:
  int seconds_ = 0;
};

TEST_F(history_checker_test, finds_nothing_in_a_round_that_goes_well) {
  const auto record = committed_record();
  collect(record);
  keep(next_);
  commit(record);
  say("controller", "b1", first_round(), domain::round_closed{lease_id{1}, true});
  hear("c1", "b1", first_round(), domain::receipt{domain::task_kind::train, domain::receipt_verdict::counted, {}});
  EXPECT_EQ(sut_.violations(), "");
  EXPECT_EQ(sut_.seen().commits, 1u);
}

TEST_F(history_checker_test, finds_a_part_that_is_said_to_count_before_it_is_committed) {
  collect(committed_record());
  say("controller", "b1", first_round(), domain::round_closed{lease_id{1}, true});
  EXPECT_EQ(sut_.violations(), "s/1.1: I-1: a part was said to count before it was committed\n");
}

TEST_F(history_checker_test, finds_a_client_that_is_told_that_it_counts_though_it_does_not) {
  hear("c1", "b1", first_round(), domain::receipt{domain::task_kind::train, domain::receipt_verdict::counted, {}});
  EXPECT_EQ(sut_.violations(), "s/1.1: I-1: c1 was told that its update counted, but it is in no committed round\n");
}

TEST_F(history_checker_test, finds_an_update_that_counts_twice) {
  auto record = committed_record();
  collect(record);
  keep(next_);
  record.contributions.push_back(record.contributions.front());
  record.weight = 4;
  commit(record);
  EXPECT_NE(sut_.violations().find("I-1: the update of c1 counts twice"), std::string::npos) << sut_.violations();
  EXPECT_NE(sut_.violations().find("I-6: c1 is listed twice"), std::string::npos) << sut_.violations();
}

TEST_F(history_checker_test, finds_a_commit_before_its_model_is_durable) {
  const auto record = committed_record();
  collect(record);
  commit(record);
  EXPECT_EQ(sut_.violations(), "s/1.1: I-2: committed before its model was durable\n");
}

TEST_F(history_checker_test, finds_a_model_that_is_not_the_mean_over_its_contributions) {
  auto record = committed_record();
  collect(record);
  next_ = model_of(4, 2.0F);
  keep(next_);
  record.model = id_of(next_);
  commit(record);
  EXPECT_EQ(sut_.violations(), "s/1.1: I-11: not the mean over its contributions\n");
}

TEST_F(history_checker_test, finds_an_optimizers_state_that_is_missing_or_another_one) {
  began_.options.optimizer.rule = domain::optimizer_rule::momentum;
  auto other = began_;
  other.session = domain::session_id{"t"};
  other.optimizer_state = id_of(seed_);
  write({other}, {});
  EXPECT_NE(sut_.violations().find("t: I-2: its optimizer's state is not the one that belongs to its head"),
            std::string::npos)
      << sut_.violations();
  see(event::dropped_model{id_of(seed_)});
  EXPECT_NE(sut_.violations().find("from which it goes on, was removed"), std::string::npos) << sut_.violations();
}

TEST_F(history_checker_test, finds_a_commit_without_the_state_of_its_optimizer) {
  began_.options.optimizer.rule = domain::optimizer_rule::momentum;
  write({began_}, {});
  const auto record = committed_record();
  collect(record);
  keep(next_);
  commit(record);
  EXPECT_NE(sut_.violations().find("I-2: committed before its optimizer's state was durable"), std::string::npos)
      << sut_.violations();
}

TEST_F(history_checker_test, finds_a_committed_record_that_is_changed) {
  auto record = committed_record();
  collect(record);
  keep(next_);
  commit(record);
  record.weight = 2;
  write({}, {record});
  EXPECT_EQ(sut_.violations(), "s/1.1: I-2: a committed record was changed\n");
}

TEST_F(history_checker_test, finds_a_round_that_is_skipped) {
  auto record = open_record();
  record.key.round = 2;
  write({}, {record});
  EXPECT_EQ(sut_.violations(), "s/2.1: I-3: does not follow its predecessor\n");
}

TEST_F(history_checker_test, finds_an_attempt_that_is_begun_while_another_is_open) {
  write({}, {open_record(1)});
  write({}, {open_record(2)});
  EXPECT_EQ(sut_.violations(), "s/1.2: I-4: begun though attempt 1 has not ended\n");
}

TEST_F(history_checker_test, finds_a_plan_that_is_sent_before_it_is_stored) {
  say("controller", "b1", first_round(), plan_of(open_record()));
  EXPECT_EQ(sut_.violations(), "s/1.1: I-4: a plan was sent that is not in the store\n");
}

TEST_F(history_checker_test, finds_a_receipt_before_its_answer_is_journalled) {
  open();
  journal(client_id{"c1"});
  say("b1", "c2", first_round(), domain::receipt{});
  EXPECT_EQ(sut_.violations(), "s/1.1: I-5: c2 was told accepted before it was journalled\n");
}

TEST_F(history_checker_test, finds_an_accepted_update_that_is_left_out) {
  auto record = committed_record();
  open();
  journal(client_id{"c1"});
  journal(client_id{"c2"});
  record.contributions.pop_back();
  hand_in(record);
  EXPECT_EQ(sut_.violations(), "s/1.1: I-5: b1 had accepted c2 and left it out\n");
}

TEST_F(history_checker_test, lets_a_restarted_combiner_lack_an_update_when_it_says_so) {
  open();
  journal(client_id{"c1"});
  see(event::killed{"b1"});
  domain::partial part;
  part.lease = lease_id{1};
  part.failures = {{client_id{"c1"}, {domain::errc::client_lost, "gone"}, 0}};
  say("b1", "controller", first_round(), part);
  EXPECT_EQ(sut_.violations(), "");
}

TEST_F(history_checker_test, finds_an_update_that_weighs_more_than_its_examples) {
  auto record = committed_record();
  record.contributions.front().weight = 2;
  record.weight = 4;
  collect(record);
  keep(next_);
  commit(record);
  EXPECT_EQ(sut_.violations(), "s/1.1: I-6: the update of c1 has another weight than it should\n");
}

TEST_F(history_checker_test, finds_a_late_update_in_a_session_that_takes_none) {
  auto failed = open_record();
  failed.status = domain::round_status::failed;
  write({}, {failed});
  auto record = open_record(2);
  record.parts.front().carried = {{client_id{"c1"}, 1, 1, id_of(seed_), 1024}};
  record.parts.front().cohort = {client_id{"c2"}};
  write({}, {record});
  auto plan = plan_of(record);
  plan.carried = record.parts.front().carried;
  say("controller", "b1", first_round(2), plan);
  record.contributions = {update_of(client_id{"c1"}), update_of(client_id{"c2"})};
  record.contributions.front().from_round = record.contributions.front().from_attempt = 1;
  for (const auto& one : record.contributions) {
    see(event::journalled{"b1", domain::journalled_answer{lease_id{2}, one}});
  }
  domain::partial part;
  part.lease = lease_id{2};
  part.contributions = record.contributions;
  say("b1", "controller", first_round(2), part);
  hear("controller", "b1", first_round(2), part);
  keep(next_);
  record.status = domain::round_status::committed;
  record.model = id_of(next_);
  record.weight = 3;
  commit(record);
  EXPECT_EQ(sut_.violations(), "s/1.2: I-9: the update of c1 is too late\n");
}

TEST_F(history_checker_test, finds_weights_that_do_not_add_up) {
  auto record = committed_record();
  collect(record);
  keep(next_);
  record.weight = 7;
  commit(record);
  EXPECT_EQ(sut_.violations(), "s/1.1: I-6: the weights do not add up\n");
}

TEST_F(history_checker_test, finds_somebody_who_was_asked_and_is_forgotten) {
  auto record = committed_record();
  record.contributions.pop_back();
  record.weight = 1;
  collect(record);
  keep(next_);
  commit(record);
  EXPECT_NE(sut_.violations().find("I-6: c2 was asked and is listed nowhere"), std::string::npos) << sut_.violations();
}

TEST_F(history_checker_test, finds_a_fenced_lease_that_comes_back) {
  open();
  auto record = open_record();
  record.parts = {{lease_id{2}, domain::combiner_id{"b2"}, {client_id{"c1"}, client_id{"c2"}}}};
  write({}, {record});
  write({}, {open_record()});
  EXPECT_EQ(sut_.violations(), "s/1.1: I-1: a fenced lease came back\n");
  EXPECT_EQ(sut_.seen().fenced, 2u) << "the second was overwritten by the first";
}

TEST_F(history_checker_test, finds_a_part_that_was_never_handed_in_under_its_lease) {
  open();
  keep(next_);
  commit(committed_record());
  EXPECT_EQ(sut_.violations(), "s/1.1: I-1: the part of b1 is not what it handed in under this lease\n");
}

TEST_F(history_checker_test, finds_an_acknowledgement_before_the_store) {
  auto stopped = began_;
  stopped.status = domain::session_status::stopped;
  see(event::acknowledged{stopped});
  EXPECT_EQ(sut_.violations(), "s: I-7: acknowledged as Terminated before it was stored\n");
}

TEST_F(history_checker_test, finds_a_session_that_is_changed_after_its_end) {
  auto ended = began_;
  ended.status = domain::session_status::stopped;
  write({ended}, {});
  write({began_}, {});
  EXPECT_EQ(sut_.violations(), "s: I-7: was changed after its end\n");
}

TEST_F(history_checker_test, finds_an_attempt_too_many) {
  began_.options.round_attempts = 1;
  write({began_}, {});
  auto failed = open_record();
  failed.status = domain::round_status::failed;
  write({}, {open_record()});
  write({}, {failed});
  write({}, {open_record(2)});
  EXPECT_EQ(sut_.violations(), "s/1.2: I-8: one attempt too many\n");
}

TEST_F(history_checker_test, finds_someone_who_was_accepted_and_is_called_late_before_the_deadline) {
  call_c2_late();
  EXPECT_TRUE(says_that_c2_was_not_late()) << sut_.violations();
}

TEST_F(history_checker_test, counts_the_time_of_a_round_from_its_decision_and_not_from_its_record) {
  opened_at_ = calendar_begins - began_.options.round_timeout; // a very slow disk
  call_c2_late();
  EXPECT_FALSE(says_that_c2_was_not_late()) << sut_.violations();
}

TEST_F(history_checker_test, takes_no_time_from_a_calendar_that_was_set_back_before_the_record_was_stored) {
  opened_at_ = calendar_begins + std::chrono::hours{1};
  call_c2_late();
  EXPECT_FALSE(says_that_c2_was_not_late()) << sut_.violations();
}

} // namespace
} // namespace fedloom::simulation
