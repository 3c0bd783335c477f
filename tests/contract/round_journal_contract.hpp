#pragma once
#include "tests/contract/journal_entries.hpp"

#include <gtest/gtest.h>

/// What every round_journal promises. `Implementation` is default-constructible and has
/// `std::unique_ptr<round_journal> open()`.
namespace fedloom::test {

template <class Implementation>
class round_journal_contract : public testing::Test {
protected:
  void write(std::vector<storage::journal_entry> entries) { ASSERT_TRUE(journal_->write(entries)); }
  std::vector<storage::journalled_collection> read() const { return journal_->read().value(); }

  using all = std::vector<storage::journalled_collection>;
  Implementation implementation_;
  std::unique_ptr<storage::round_journal> journal_ = implementation_.open();
};

TYPED_TEST_SUITE_P(round_journal_contract);

TYPED_TEST_P(round_journal_contract, is_empty_at_first) {
  EXPECT_TRUE(this->read().empty());
  this->write({});
  EXPECT_TRUE(this->read().empty());
}

TYPED_TEST_P(round_journal_contract, reads_back_a_plan_with_its_answers_by_client) {
  this->write({plan_under(5)});
  this->write({answer_under(5, "b", 20), answer_under(5, "a", 10)});
  EXPECT_EQ(this->read(),
            (typename TestFixture::all{{plan_under(5), {contribution_of("a", 10), contribution_of("b", 20)}}}));
}

TYPED_TEST_P(round_journal_contract, lists_collections_by_lease) {
  this->write({plan_under(300), plan_under(7), plan_under(70000)});
  EXPECT_EQ(this->read(),
            (typename TestFixture::all{{plan_under(7), {}}, {plan_under(300), {}}, {plan_under(70000), {}}}));
}

TYPED_TEST_P(round_journal_contract, keeps_the_last_answer_of_a_client) {
  this->write({plan_under(5), answer_under(5, "a", 10)});
  this->write({answer_under(5, "a", 11)});
  EXPECT_EQ(this->read(), (typename TestFixture::all{{plan_under(5), {contribution_of("a", 11)}}}));
}

TYPED_TEST_P(round_journal_contract, puts_the_end_in_the_place_of_the_plan_and_keeps_the_answers) {
  this->write({plan_under(5), answer_under(5, "a", 10)});
  this->write({end_of(5, true)});
  EXPECT_EQ(this->read(), (typename TestFixture::all{{end_of(5, true), {contribution_of("a", 10)}}}));
}

TYPED_TEST_P(round_journal_contract, begins_a_lease_anew_with_its_plan) {
  this->write({plan_under(5), answer_under(5, "a", 10), plan_under(5, 2)});
  EXPECT_EQ(this->read(), (typename TestFixture::all{{plan_under(5, 2), {}}}));
  this->write({end_of(5, false), plan_under(5, 3), answer_under(5, "b", 1)});
  EXPECT_EQ(this->read(), (typename TestFixture::all{{plan_under(5, 3), {contribution_of("b", 1)}}}));
}

TYPED_TEST_P(round_journal_contract, forgets_one_lease_whole_and_no_other) {
  this->write({plan_under(4), answer_under(4, "a", 1), plan_under(5), answer_under(5, "a", 2), plan_under(6)});
  this->write({storage::forgotten_lease{domain::lease_id{5}}, storage::forgotten_lease{domain::lease_id{99}}});
  EXPECT_EQ(this->read(), (typename TestFixture::all{{plan_under(4), {contribution_of("a", 1)}}, {plan_under(6), {}}}));
}

TYPED_TEST_P(round_journal_contract, leaves_out_answers_of_which_it_has_no_plan) {
  this->write({answer_under(5, "a", 10)});
  EXPECT_TRUE(this->read().empty());
}

TYPED_TEST_P(round_journal_contract, keeps_what_late_updates_need) {
  auto plan = plan_under(5, 3);
  plan.plan.late_patience = domain::milliseconds{120000};
  plan.plan.carried = {{domain::client_id{"late"}, 2, 1, {}, 724}};
  auto late = answer_under(5, "late", 724);
  late.what.from_round = 2;
  late.what.from_attempt = 1;
  this->write({plan, late});
  EXPECT_EQ(this->read(), (typename TestFixture::all{{plan, {late.what}}}));
}

REGISTER_TYPED_TEST_SUITE_P(round_journal_contract, is_empty_at_first, reads_back_a_plan_with_its_answers_by_client,
                            lists_collections_by_lease, keeps_the_last_answer_of_a_client,
                            puts_the_end_in_the_place_of_the_plan_and_keeps_the_answers,
                            begins_a_lease_anew_with_its_plan, forgets_one_lease_whole_and_no_other,
                            leaves_out_answers_of_which_it_has_no_plan, keeps_what_late_updates_need);

} // namespace fedloom::test
