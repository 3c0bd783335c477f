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
  std::unique_ptr<storage::journal_writer> writer_ =
      std::make_unique<storage::journal_writer>(journal_, [this](const auto& group) { observed_.push_back(group); });
};

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

} // namespace fedloom::test
