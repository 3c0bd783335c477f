#include "actors/storage/log_file.hpp"

#include "tests/support/folder_content.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <rocksdb/db.h>

namespace fedloom::test {

using testing::HasSubstr;

/// Works on a log that RocksDB wrote: four small records, one over three blocks, and four more small ones.
class log_file_test : public testing::Test {
protected:
  void SetUp() override {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, folder_.path().string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    for (int number = 0; number < 9; ++number) {
      const std::string value(number == 4 ? 70000 : 40, static_cast<char>('a' + number));
      ASSERT_TRUE(database->Put({}, std::to_string(number), value).ok());
      ends_.push_back(log_of_folder().size());
    }
    log_ = log_of_folder();
  }

  std::string log_of_folder() const {
    for (const auto& [name, bytes] : content_of(folder_.path())) {
      if (name.ends_with(".log")) {
        return bytes;
      }
    }
    return {};
  }

  static domain::expected<void> check(const std::string& log) {
    return storage::check_log(domain::as_bytes(log), "000004.log");
  }
  std::string flipped(std::size_t at, int bit) const {
    auto log = log_;
    log[at] = static_cast<char>(log[at] ^ 1 << bit);
    return log;
  }

  temporary_folder folder_;
  std::string log_;
  std::vector<std::size_t> ends_; ///< of the records
};

TEST_F(log_file_test, passes_what_rocksdb_wrote) {
  EXPECT_TRUE(check(log_));
  EXPECT_TRUE(check(""));
}

TEST_F(log_file_test, passes_a_last_record_that_was_being_written_wherever_it_was_cut) {
  for (std::size_t size = ends_[3]; size < log_.size(); size += size < ends_[4] ? 997 : 1) {
    EXPECT_TRUE(check(log_.substr(0, size))) << size;
  }
}

TEST_F(log_file_test, passes_zeros_that_a_file_system_left_at_the_end) {
  EXPECT_TRUE(check(log_ + std::string(5000, '\0')));
}

TEST_F(log_file_test, refuses_zeros_with_something_behind_them) {
  EXPECT_FALSE(check(log_ + std::string(5000, '\0') + "x"));
}

TEST_F(log_file_test, refuses_every_flipped_bit_in_every_record_even_the_last) {
  for (std::size_t at = 0; at < log_.size(); at += at < ends_[3] || at >= ends_[4] ? 1 : 331) {
    for (int bit = 0; bit < 8; ++bit) {
      EXPECT_FALSE(check(flipped(at, bit))) << "byte " << at << ", bit " << bit;
    }
  }
}

TEST_F(log_file_test, does_not_believe_a_length_that_leads_beyond_the_end) {
  // RocksDB would take it for the record that a crash cut, and drop the records behind it.
  const auto refused = check(flipped(ends_[5] + 5, 6));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "000004.log has a wrong length at byte " + std::to_string(ends_[5]));
}

TEST_F(log_file_test, does_not_believe_the_signs_of_a_log_that_was_used_twice) {
  const auto refused = check(flipped(ends_[5] + 6, 2));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("unknown type"));
}

TEST_F(log_file_test, refuses_a_record_without_its_beginning) {
  EXPECT_FALSE(check(log_.substr(32768)));
}

} // namespace fedloom::test
