#include "actors/storage/journal_writer.hpp"
#include "tests/contract/journal_entries.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>

namespace fedloom::test {

namespace {

/// A disk whose writes take until they are let go; notes how many entries each had.
class slow_journal final : public storage::round_journal {
public:
  domain::expected<void> write(const std::vector<storage::journal_entry>& entries) override {
    groups.push_back(entries.size());
    if (groups.size() == 1) {
      begun.count_down();
      let_go.wait();
    }
    return is_full ? domain::failure(domain::errc::storage_full, "full") : inner->write(entries);
  }
  domain::expected<std::vector<storage::journalled_collection>> read() const override { return inner->read(); }

  std::unique_ptr<storage::round_journal> inner = storage::make_memory_round_journal();
  std::latch begun{1};
  std::latch let_go{1};
  std::vector<std::size_t> groups;
  bool is_full = false;
};

} // namespace

class journal_writer_test : public testing::Test {
protected:
  std::unique_ptr<storage::journal_writer> paced(storage::journal_pace pace) {
    return std::make_unique<storage::journal_writer>(
        journal_, [this](const auto& group) { observed_.push_back(group); }, pace);
  }
  void write(storage::journal_entry entry, const std::string& name) {
    writer_->write(std::move(entry), [this, name](const auto& outcome) {
      order_.push_back(name + (outcome ? "" : " failed"));
      done_.count_down();
    });
  }

  slow_journal journal_;
  std::vector<std::string> order_; ///< touched on the writer's thread until done_
  std::latch done_{3};
  std::vector<storage::journal_group> observed_;
  storage::journal_pace pace_{.longest_rest = {}};
  std::unique_ptr<storage::journal_writer> writer_ = paced(pace_);
};

constexpr std::chrono::hours for_ever{1};

TEST_F(journal_writer_test, writes_what_waits_in_one_batch_and_reports_each_in_order) {
  write(plan_under(5), "plan");
  journal_.begun.wait();
  write(answer_under(5, "a", 1), "a");
  write(answer_under(5, "b", 2), "b");
  journal_.let_go.count_down();
  done_.wait();
  EXPECT_EQ(order_, (std::vector<std::string>{"plan", "a", "b"}));
  EXPECT_EQ(journal_.groups, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(journal_.read().value().front().answers.size(), 2u);
  writer_.reset();
  ASSERT_EQ(observed_.size(), 2u);
  EXPECT_EQ(observed_[1].entries, 2u);
  EXPECT_TRUE(observed_[1].written);
}

TEST_F(journal_writer_test, tells_everyone_in_a_group_that_it_was_not_written) {
  journal_.is_full = true;
  write(plan_under(5), "plan");
  journal_.begun.wait();
  write(answer_under(5, "a", 1), "a");
  write(answer_under(5, "b", 2), "b");
  journal_.let_go.count_down();
  done_.wait();
  EXPECT_EQ(order_, (std::vector<std::string>{"plan failed", "a failed", "b failed"}));
}

TEST_F(journal_writer_test, an_end_goes_with_the_next_entry_that_somebody_waits_for) {
  writer_ = paced({.patience = for_ever});
  journal_.let_go.count_down();
  write(end_of(5, true), "end");
  write(storage::forgotten_lease{domain::lease_id{4}}, "forgotten");
  write(plan_under(6), "plan");
  writer_.reset();
  EXPECT_EQ(order_, (std::vector<std::string>{"plan"})) << "only the plan is waited for";
  EXPECT_EQ(journal_.groups, (std::vector<std::size_t>{3}));
}

TEST_F(journal_writer_test, an_end_goes_alone_when_nothing_else_comes) {
  writer_ = paced({.patience = std::chrono::milliseconds{1}});
  journal_.let_go.count_down();
  write(end_of(5, true), "end");
  journal_.begun.wait();
  writer_.reset();
  EXPECT_EQ(journal_.groups, (std::vector<std::size_t>{1}));
}

TEST_F(journal_writer_test, entries_that_come_while_it_rests_are_one_write) {
  writer_ = paced({.rest_factor = 1'000'000'000, .longest_rest = for_ever});
  journal_.let_go.count_down();
  std::promise<void> written;
  writer_->write(plan_under(5), [&](const auto&) { written.set_value(); });
  written.get_future().wait();
  write(answer_under(5, "a", 1), "a");
  write(answer_under(5, "b", 2), "b");
  writer_.reset();
  EXPECT_EQ(order_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(journal_.groups, (std::vector<std::size_t>{1, 2}));
}

TEST_F(journal_writer_test, tells_of_an_end_only_that_it_was_not_written) {
  journal_.is_full = true;
  journal_.let_go.count_down();
  write(end_of(5, true), "end");
  writer_.reset();
  EXPECT_EQ(order_, (std::vector<std::string>{"end failed"}));
}

TEST_F(journal_writer_test, writes_what_waits_before_it_ends) {
  writer_ = paced({.patience = for_ever});
  journal_.let_go.count_down();
  write(end_of(5, true), "end");
  writer_.reset();
  EXPECT_EQ(journal_.groups, (std::vector<std::size_t>{1}));
}

} // namespace fedloom::test
