#include "actors/storage/database.hpp"
#include "actors/storage/set_aside.hpp"
#include "tests/contract/journal_entries.hpp"
#include "tests/support/folder_content.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace fedloom::test {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// A combiner's journal with two lives: lease 5 lies in a table, lease 6 in the log.
class journal_damage_test : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_TRUE(open().value()->write({plan_under(5), answer_under(5, "a", 10)}));
    ASSERT_TRUE(open().value()->write({plan_under(6), answer_under(6, "b", 20)}));
    whole_ = content_of(folder());
  }

  std::filesystem::path folder() const { return folder_ / "journal"; }
  domain::expected<std::unique_ptr<storage::round_journal>> open() {
    return storage::open_rocksdb_round_journal(folder().string(),
                                               [this](const storage::damaged_journal& lost) { lost_.push_back(lost); });
  }

  std::string file_named(const std::string& part) const {
    const auto found =
        std::ranges::find_if(whole_, [&](const auto& file) { return file.first.find(part) != std::string::npos; });
    return found == whole_.end() ? "no file like " + part : found->first;
  }

  std::map<std::string, std::string> with_flipped_byte(const std::string& name) const {
    auto damaged = whole_;
    damaged[name][damaged[name].size() / 3] ^= 1;
    return damaged;
  }

  /// What was set aside lies there as it was, an empty journal takes its place, and it works.
  void expect_set_aside(const std::map<std::string, std::string>& damaged, const std::string& what) {
    SCOPED_TRACE(what);
    restore(folder(), damaged);
    lost_.clear();
    {
      const auto journal = open();
      ASSERT_TRUE(journal) << journal.error().text;
      ASSERT_EQ(lost_.size(), 1u);
      EXPECT_EQ(content_of(lost_.front().moved_to), damaged);
      EXPECT_THAT((*journal)->read().value(), IsEmpty());
      EXPECT_TRUE((*journal)->write({plan_under(7)}));
    }
    const auto again = open();
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->read().value().size(), 1u);
    EXPECT_EQ(lost_.size(), 1u) << "the new one is whole";
  }

  std::vector<std::string> names_beside() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  temporary_folder folder_;
  std::vector<storage::damaged_journal> lost_;
  std::map<std::string, std::string> whole_;
};

TEST_F(journal_damage_test, leaves_a_whole_journal_where_it_is) {
  EXPECT_EQ(open().value()->read().value().size(), 2u);
  EXPECT_THAT(lost_, IsEmpty());
  EXPECT_THAT(names_beside(), UnorderedElementsAre("journal"));
}

TEST_F(journal_damage_test, sets_a_journal_with_a_flipped_byte_aside_and_begins_an_empty_one) {
  for (const auto& name : {file_named(".log"), file_named(".sst"), file_named("MANIFEST"), std::string("CURRENT")}) {
    expect_set_aside(with_flipped_byte(name), name);
  }
}

TEST_F(journal_damage_test, sets_a_journal_without_one_of_its_files_aside) {
  for (const auto& name : {file_named(".log"), file_named(".sst"), file_named("MANIFEST"), std::string("CURRENT")}) {
    auto damaged = whole_;
    damaged.erase(name);
    expect_set_aside(damaged, "without " + name);
  }
}

TEST_F(journal_damage_test, sets_a_journal_with_a_hole_in_its_log_aside) {
  // A power cut: the file system had made the file longer, and one of its pages had not been written.
  auto damaged = whole_;
  auto& log = damaged[file_named(".log")];
  std::fill(log.begin() + static_cast<std::ptrdiff_t>(log.size() / 4),
            log.begin() + static_cast<std::ptrdiff_t>(log.size() / 2), '\0');
  expect_set_aside(damaged, "a hole");
}

TEST_F(journal_damage_test, opens_whatever_a_power_cut_has_left_of_each_file) {
  constexpr std::size_t pieces = 4;
  for (const auto& [name, bytes] : whole_) {
    for (std::size_t kept = 0; kept < pieces; ++kept) {
      const auto at = bytes.size() * kept / pieces;
      auto cut = whole_;
      cut[name].resize(at);
      auto zeros = cut;
      zeros[name].resize(bytes.size()); // longer than what was written
      for (const auto& left : {cut, zeros}) {
        SCOPED_TRACE(name + " from byte " + std::to_string(at));
        restore(folder(), left);
        const auto journal = open();
        ASSERT_TRUE(journal) << journal.error().text;
        EXPECT_LE((*journal)->read().value().size(), 2u);
        EXPECT_TRUE((*journal)->write({plan_under(7)}));
      }
    }
  }
}

TEST_F(journal_damage_test, sets_a_journal_with_a_record_that_cannot_be_read_aside) {
  {
    const auto raw = storage::database::open(folder().string(), {{"leases"}, 1}).value();
    rocksdb::WriteBatch batch;
    batch.Put(raw->family(0), std::string("\0\0\0\0\0\0\0\6\1", 9), "no plan");
    ASSERT_TRUE(raw->write(batch));
  }
  expect_set_aside(content_of(folder()), "no plan");
}

TEST_F(journal_damage_test, says_which_file_was_damaged) {
  restore(folder(), with_flipped_byte(file_named(".log")));
  ASSERT_TRUE(open());
  EXPECT_THAT(lost_.at(0).why, HasSubstr(file_named(".log")));
}

TEST_F(journal_damage_test, keeps_the_last_three_that_were_set_aside_and_overwrites_none) {
  for (int start = 0; start < 5; ++start) {
    restore(folder(), with_flipped_byte("CURRENT"));
    ASSERT_TRUE(open());
  }
  EXPECT_THAT(names_beside(),
              UnorderedElementsAre("journal", "journal.damaged-3", "journal.damaged-4", "journal.damaged-5"));
}

TEST_F(journal_damage_test, leaves_alone_what_only_looks_like_one_that_was_set_aside) {
  for (const char* name : {"journal.damaged-", "journal.damaged-x", "journal.damaged-2.old", "other.damaged-8"}) {
    std::filesystem::create_directory(folder_ / name);
  }
  EXPECT_EQ(storage::set_aside(folder(), 1).value(), folder_ / "journal.damaged-1");
  EXPECT_EQ(names_beside().size(), 5u);
}

TEST_F(journal_damage_test, says_why_a_damaged_one_cannot_be_moved) {
  const auto refused = storage::set_aside(folder_ / "none", 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::errc::storage_failed);
  EXPECT_THAT(refused.error().text, HasSubstr((folder_ / "none.damaged-1").string()));
}

TEST_F(journal_damage_test, refuses_a_journal_of_a_newer_version_and_leaves_it_alone) {
  storage::database::open(folder().string(), {{"leases", "more"}, 9}).value().reset();
  const auto newer = content_of(folder());
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::errc::storage_failed);
  EXPECT_THAT(refused.error().text, HasSubstr("start the newer version"));
  EXPECT_EQ(content_of(folder()), newer);
  EXPECT_THAT(lost_, IsEmpty());
}

TEST_F(journal_damage_test, refuses_a_journal_that_is_in_use_whatever_is_in_it) {
  const auto first = open().value();
  EXPECT_EQ(open().error().code, domain::errc::storage_failed);
  EXPECT_THAT(names_beside(), UnorderedElementsAre("journal"));
}

} // namespace fedloom::test
