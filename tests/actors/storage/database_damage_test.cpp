#include "actors/storage/database.hpp"
#include "tests/support/folder_content.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace fedloom::test {

using storage::database;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

namespace {

const storage::database_layout layout{{"things"}, 3};
constexpr int things = 40;

std::map<std::string, std::string> things_in(const database& from) {
  std::map<std::string, std::string> found;
  const auto whole = from.scan(from.family(0), "", [&](std::string_view key, domain::byte_span value) {
    found.emplace(key, std::string(reinterpret_cast<const char*>(value.data()), value.size()));
    return domain::expected<void>{};
  });
  EXPECT_TRUE(whole);
  return found;
}

void put(database& to, const std::string& key, const std::string& value) {
  rocksdb::WriteBatch batch;
  batch.Put(to.family(0), key, value);
  ASSERT_TRUE(to.write(batch));
}

} // namespace

/// A store with two lives: what the first wrote lies in a table, what the second wrote in the log.
class database_damage_test : public testing::Test {
protected:
  void SetUp() override {
    for (const char life : {'a', 'b'}) {
      const auto store = open().value();
      for (int number = 0; number < things; ++number) {
        put(*store, life + std::to_string(number), std::string(60, life) + std::to_string(number * number));
      }
      expected_ = things_in(*store);
    }
    whole_ = content_of(folder());
  }

  std::filesystem::path folder() const { return folder_ / "store"; }
  domain::expected<std::unique_ptr<database>> open() const { return database::open(folder().string(), layout); }

  std::string file_named(const std::string& part) const {
    const auto found =
        std::ranges::find_if(whole_, [&](const auto& file) { return file.first.find(part) != std::string::npos; });
    return found == whole_.end() ? "no file like " + part : found->first;
  }

  /// Whether the store was refused. If it was not, it has lost nothing.
  bool is_refused_or_whole(const std::map<std::string, std::string>& damaged, const std::string& what) {
    restore(folder(), damaged);
    const auto store = open();
    if (store) {
      EXPECT_EQ(things_in(**store), expected_) << what;
      return false;
    }
    EXPECT_EQ(store.error().code, domain::errc::malformed) << what;
    EXPECT_THAT(store.error().text, AllOf(HasSubstr(folder().string()), HasSubstr("restore the folder"))) << what;
    EXPECT_EQ(content_of(folder()), damaged) << "nothing is overwritten: " << what;
    return true;
  }

  /// Flips one bit in some `flips` places of the file; how many stores were refused.
  int refusals(const std::string& name, std::size_t flips) {
    int refused = 0;
    const auto size = whole_.at(name).size();
    const auto step = std::max<std::size_t>(1, size / flips);
    for (std::size_t at = 0; at < size; at += step) {
      auto damaged = whole_;
      damaged[name][at] = static_cast<char>(damaged[name][at] ^ 1 << at % 8);
      refused += is_refused_or_whole(damaged, name + " byte " + std::to_string(at));
    }
    return refused;
  }

  temporary_folder folder_;
  std::map<std::string, std::string> expected_;
  std::map<std::string, std::string> whole_;
};

TEST_F(database_damage_test, opens_when_nothing_is_wrong) {
  EXPECT_FALSE(is_refused_or_whole(whole_, "whole"));
  EXPECT_EQ(expected_.size(), 2u * things);
}

TEST_F(database_damage_test, refuses_every_flipped_bit_in_the_log) {
  EXPECT_GE(refusals(file_named(".log"), 150), 150);
}

TEST_F(database_damage_test, refuses_every_flipped_bit_in_the_manifest) {
  EXPECT_GE(refusals(file_named("MANIFEST"), 100), 100);
}

TEST_F(database_damage_test, refuses_flipped_bits_in_a_table_unless_nothing_of_it_is_read) {
  EXPECT_GE(refusals(file_named(".sst"), 100), 80); // the rest is padding and names for people
}

TEST_F(database_damage_test, refuses_flipped_bits_in_current) {
  EXPECT_GE(refusals("CURRENT", 100), 16);
}

TEST_F(database_damage_test, refuses_a_missing_file_of_each_kind) {
  for (const auto& name : {file_named(".sst"), file_named(".log"), file_named("MANIFEST"), std::string("CURRENT")}) {
    auto damaged = whole_;
    ASSERT_EQ(damaged.erase(name), 1u);
    EXPECT_TRUE(is_refused_or_whole(damaged, "no " + name));
  }
}

TEST_F(database_damage_test, refuses_a_table_that_was_cut) {
  auto damaged = whole_;
  damaged[file_named(".sst")].resize(500);
  EXPECT_TRUE(is_refused_or_whole(damaged, "cut"));
}

TEST_F(database_damage_test, says_which_file_is_damaged_and_where) {
  auto damaged = whole_;
  const auto log = file_named(".log");
  damaged[log][damaged[log].size() / 2] ^= 1;
  restore(folder(), damaged);
  EXPECT_THAT(open().error().text, AllOf(HasSubstr(log), HasSubstr("at byte")));
}

TEST_F(database_damage_test, opens_after_a_crash_in_the_middle_of_a_write_with_all_that_was_acknowledged) {
  // That batch had not been acknowledged, whichever of its bytes was the last that the disk took.
  put(*open().value(), "z", "torn");
  const auto with_last = content_of(folder());
  std::string newest;
  for (const auto& [name, bytes] : with_last) {
    newest = name.ends_with(".log") ? name : newest;
  }
  ASSERT_NE(newest, file_named(".log"));
  for (std::size_t size = 0; size < with_last.at(newest).size(); ++size) {
    auto torn = with_last;
    torn[newest].resize(size);
    restore(folder(), torn);
    const auto store = open();
    ASSERT_TRUE(store) << size << ": " << store.error().text;
    EXPECT_EQ(things_in(**store), expected_) << size;
  }
}

TEST_F(database_damage_test, refuses_a_store_of_a_newer_version_and_says_both_versions) {
  auto newer = layout;
  newer.format = 9;
  newer.families.emplace_back("things of the future");
  database::open(folder().string(), newer).value().reset();
  const auto before = content_of(folder());
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::errc::storage_failed);
  EXPECT_THAT(refused.error().text, AllOf(HasSubstr(folder().string()), HasSubstr("has format 9"),
                                          HasSubstr("up to format 3"), HasSubstr("start the newer version")));
  EXPECT_EQ(content_of(folder()), before);
}

TEST_F(database_damage_test, upgrades_an_older_store_in_one_batch) {
  auto newer = layout;
  newer.format = 4;
  newer.families.emplace_back("more");
  newer.upgrade = [](database&, std::uint64_t from, rocksdb::WriteBatch& batch) -> domain::expected<void> {
    batch.Put("upgraded from", std::to_string(from));
    return {};
  };
  for (int start = 0; start < 2; ++start) {
    const auto store = database::open(folder().string(), newer).value();
    EXPECT_EQ(things_in(*store), expected_);
    EXPECT_EQ(store->counter("format").value(), 4u);
  }
  EXPECT_FALSE(open()) << "the older version";
}

TEST_F(database_damage_test, leaves_an_older_store_as_it_is_when_it_cannot_be_upgraded) {
  auto newer = layout;
  newer.format = 4;
  newer.upgrade = [](database&, std::uint64_t, rocksdb::WriteBatch&) -> domain::expected<void> {
    return domain::failure(domain::errc::storage_failed, "no way");
  };
  EXPECT_EQ(database::open(folder().string(), newer).error().text, "no way");
  EXPECT_EQ(things_in(*open().value()), expected_);
}

TEST_F(database_damage_test, refuses_a_store_that_is_in_use_and_leaves_it_alone) {
  const auto first = open().value();
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr("another process has it open"));
  put(*first, "c", "still writing");
  EXPECT_EQ(things_in(*first).count("c"), 1u);
}

} // namespace fedloom::test
