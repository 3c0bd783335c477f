// The disks of the simulation lose what real ones may lose, and nothing else.
#include "tests/simulation/journal_disk.hpp"
#include "tests/simulation/recorded_stores.hpp"
#include "tests/simulation/update_disk.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fedloom::simulation {
namespace {

constexpr int lives = 200;

class disks_test : public testing::Test {
protected:
  world clock{1};
  surroundings around{.clock = clock};

  static domain::round_key round(std::uint32_t number) { return {domain::session_id{"s"}, number, 1}; }
  static client::stored_update update(std::uint32_t number) { return {{round(number), {}}, {}, {}}; }
  static std::set<std::uint32_t> rounds_in(const update_disk& disk) {
    std::set<std::uint32_t> found;
    for (const auto& one : disk.all()) {
      found.insert(one.head.round.round);
    }
    return found;
  }
  static storage::batch batch(const std::string& session) {
    storage::batch changes;
    changes.sessions.emplace_back().session = domain::session_id{session};
    return changes;
  }
};

TEST_F(disks_test, an_update_outlives_every_power_cut) {
  update_disk sut(around, "c1");
  ASSERT_TRUE(sut.put(update(1)));
  for (int i = 0; i < lives; ++i) {
    sut.reopen();
    EXPECT_EQ(rounds_in(sut), std::set<std::uint32_t>{1});
  }
}

TEST_F(disks_test, a_removed_update_may_be_there_again) {
  std::set<std::set<std::uint32_t>> found;
  for (int i = 0; i < lives; ++i) {
    update_disk sut(around, "c1");
    ASSERT_TRUE(sut.put(update(1)));
    sut.drop(round(1));
    sut.reopen();
    found.insert(rounds_in(sut));
  }
  EXPECT_EQ(found, (std::set<std::set<std::uint32_t>>{{}, {1}}));
}

TEST_F(disks_test, a_moved_update_may_be_found_where_it_was_but_is_found) {
  std::set<std::set<std::uint32_t>> found;
  for (int i = 0; i < lives; ++i) {
    update_disk sut(around, "c1");
    ASSERT_TRUE(sut.put(update(1)));
    ASSERT_TRUE(sut.move(round(1), round(2)));
    sut.reopen();
    found.insert(rounds_in(sut));
  }
  EXPECT_EQ(found, (std::set<std::set<std::uint32_t>>{{1}, {2}}));
}

TEST_F(disks_test, a_new_update_makes_durable_what_was_done_before_it) {
  for (int i = 0; i < lives; ++i) {
    update_disk sut(around, "c1");
    ASSERT_TRUE(sut.put(update(1)));
    sut.drop(round(1));
    ASSERT_TRUE(sut.put(update(2)));
    sut.reopen();
    EXPECT_EQ(rounds_in(sut), std::set<std::uint32_t>{2});
  }
}

TEST_F(disks_test, a_power_cut_may_take_a_journals_last_lines_but_none_before_them) {
  std::set<std::size_t> left;
  for (int i = 0; i < lives; ++i) {
    journal_disk sut(around, "b1");
    for (std::uint64_t lease = 1; lease <= 3; ++lease) {
      domain::journalled_plan plan;
      plan.plan.lease = domain::lease_id{lease};
      ASSERT_TRUE(sut.write({plan}));
    }
    sut.reopen();
    const auto found = sut.read().value();
    left.insert(found.size());
    for (std::size_t at = 0; at < found.size(); ++at) {
      EXPECT_EQ(std::get<domain::journalled_plan>(found[at].state).plan.lease.value(), at + 1);
    }
  }
  EXPECT_EQ(left, (std::set<std::size_t>{0, 1, 2, 3}));
}

TEST_F(disks_test, records_that_failed_may_be_found_by_the_next_life_and_none_is_taken_before_it) {
  std::set<std::size_t> found;
  for (int i = 0; i < lives; ++i) {
    const auto sut = recorded(around, storage::make_memory_round_store());
    around.disks["controller"].failures = 1;
    EXPECT_EQ(sut->write(batch("a")).error().code, domain::errc::storage_failed);
    EXPECT_EQ(sut->write(batch("b")).error().code, domain::errc::storage_failed) << "the log cannot be trusted";
    EXPECT_TRUE(sut->sessions().empty());
    around.died("controller");
    ASSERT_TRUE(sut->next_term());
    found.insert(sut->sessions().size());
    EXPECT_TRUE(sut->write(batch("b")));
  }
  EXPECT_EQ(found, (std::set<std::size_t>{0, 1}));
}

TEST_F(disks_test, a_full_disk_takes_nothing_and_then_everything) {
  update_disk sut(around, "c1");
  around.disks["c1"].full_until = clock.now() + std::chrono::seconds{1};
  EXPECT_EQ(sut.put(update(1)).error().code, domain::errc::storage_full);
  clock.after(std::chrono::seconds{1}, [] {});
  clock.step();
  EXPECT_TRUE(sut.put(update(1)));
}

} // namespace
} // namespace fedloom::simulation
