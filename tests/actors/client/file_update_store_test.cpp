#include "tests/contract/update_store_contract.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/folder_content.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::test {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct file_update_stores {
  temporary_folder folder;
  std::shared_ptr<client::update_store> open() {
    return std::move(client::open_file_update_store(folder / "updates")->store);
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(file, update_store_contract, file_update_stores);

class file_update_store_test : public testing::Test {
protected:
  /// Like a process that was killed and is started again.
  void open_again() {
    auto opened = client::open_file_update_store(folder_ / "updates");
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(opened->store);
    damaged_ = std::move(opened->damaged);
  }
  std::vector<fs::path> files() const {
    const fs::directory_iterator all(folder_ / "updates");
    return {begin(all), end(all)};
  }
  /// The only file.
  fs::path file() const { return files().at(0); }
  void flip_byte_at(std::uint64_t offset) const {
    std::fstream change(file(), std::ios::in | std::ios::out | std::ios::binary);
    change.seekg(static_cast<std::streamoff>(offset));
    const int before = change.get();
    change.seekp(static_cast<std::streamoff>(offset));
    change.put(static_cast<char>(before ^ 0x40));
  }
  void expect_removed_as_damaged() {
    open_again();
    EXPECT_TRUE(store_->all().empty());
    ASSERT_EQ(damaged_.size(), 1u);
    EXPECT_THAT(damaged_.front().text, HasSubstr("damaged"));
    EXPECT_TRUE(files().empty());
  }

  temporary_folder folder_;
  std::unique_ptr<client::update_store> store_ = std::move(client::open_file_update_store(folder_ / "updates")->store);
  std::vector<domain::error> damaged_;
};

TEST_F(file_update_store_test, finds_what_a_former_process_kept) {
  ASSERT_TRUE(store_->put(some_update(2)));
  ASSERT_TRUE(store_->put(some_update(1, 2, 0)));
  store_->move(update_round(2), update_round(2, 3));
  open_again();
  EXPECT_TRUE(damaged_.empty());
  EXPECT_EQ(rounds_in(*store_), "2.3 1.1") << "the oldest first";
  EXPECT_TRUE(is_same(store_->all().back(), some_update(1, 2, 0)));
  ASSERT_TRUE(store_->put(some_update(3)));
  open_again();
  EXPECT_EQ(rounds_in(*store_), "2.3 1.1 3.1");
  store_->drop(update_round(1));
  store_->drop(update_round(2, 3));
  store_->drop(update_round(3));
  EXPECT_TRUE(files().empty());
}

TEST_F(file_update_store_test, keeps_one_file_for_each) {
  ASSERT_TRUE(store_->put(some_update(1)));
  ASSERT_TRUE(store_->put(some_update(1, 3)));
  ASSERT_TRUE(store_->put(some_update(2)));
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(file_update_store_test, removes_a_file_with_a_flipped_byte_wherever_it_is) {
  ASSERT_TRUE(store_->put(some_update(1)));
  const auto size = fs::file_size(file());
  // In the stream; in the record; in the record's length; in the mark.
  for (const auto offset : {std::uint64_t{5}, some_update(1).stream.size() + 4, size - 24, size - 1}) {
    ASSERT_TRUE(store_->put(some_update(1)));
    flip_byte_at(offset);
    expect_removed_as_damaged();
  }
}

TEST_F(file_update_store_test, removes_a_file_that_was_cut) {
  for (const auto length : {0, 10, 100000}) {
    ASSERT_TRUE(store_->put(some_update(1)));
    fs::resize_file(file(), static_cast<std::uintmax_t>(length));
    expect_removed_as_damaged();
  }
}

TEST_F(file_update_store_test, removes_a_file_under_the_name_of_another) {
  ASSERT_TRUE(store_->put(some_update(1)));
  for (const auto* name :
       {"x.1.1.update", "0b4f5c1e-5f3e-4b9e-9f53-0d2b1c1f8a11.2.1.update",
        "0b4f5c1e-5f3e-4b9e-9f53-0d2b1c1f8a11.1.0.update", "0b4f5c1e-5f3e-4b9e-9f53-0d2b1c1f8a11.1.+1.update"}) {
    ASSERT_TRUE(store_->put(some_update(1)));
    fs::rename(file(), folder_ / "updates" / name);
    expect_removed_as_damaged();
  }
}

TEST_F(file_update_store_test, leaves_and_names_what_it_cannot_read) {
  fs::create_directory(folder_ / "updates" / "a.1.1.update");
  open_again();
  ASSERT_EQ(damaged_.size(), 1u);
  EXPECT_THAT(damaged_.front().text, HasSubstr("a.1.1.update"));
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(file_update_store_test, refuses_a_folder_with_an_update_of_a_newer_version_and_leaves_all_as_it_is) {
  ASSERT_TRUE(store_->put(some_update(1)));
  flip_byte_at(5);
  ASSERT_TRUE(store_->put(some_update(2)));
  std::ofstream(folder_ / "updates" / "a.1.1.update.77.1.tmp") << "half";
  for (const auto& one : files()) {
    if (one.string().find(".2.1.") != std::string::npos) {
      std::fstream change(one, std::ios::in | std::ios::out | std::ios::binary);
      change.seekp(-1, std::ios::end);
      change.put('2');
    }
  }
  const auto before = content_of(folder_ / "updates");
  const auto refused = client::open_file_update_store(folder_ / "updates");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::errc::storage_failed);
  EXPECT_THAT(refused.error().text, HasSubstr("start the newer version"));
  EXPECT_EQ(content_of(folder_ / "updates"), before);
}

TEST_F(file_update_store_test, keeps_the_others_when_one_is_damaged) {
  ASSERT_TRUE(store_->put(some_update(1)));
  flip_byte_at(5);
  ASSERT_TRUE(store_->put(some_update(2)));
  open_again();
  EXPECT_EQ(damaged_.size(), 1u);
  EXPECT_EQ(rounds_in(*store_), "2.1");
}

TEST_F(file_update_store_test, removes_what_was_not_finished_and_leaves_what_is_not_its_own) {
  std::ofstream(folder_ / "updates" / "a.1.1.update.77.1.tmp") << "half";
  std::ofstream(folder_ / "updates" / "notes.txt") << "hello";
  open_again();
  EXPECT_TRUE(damaged_.empty());
  ASSERT_EQ(files().size(), 1u);
  EXPECT_EQ(file().filename(), "notes.txt");
}

TEST_F(file_update_store_test, says_that_the_disk_is_full_and_works_again_when_it_is_not) {
  {
    const file_size_limit full(1000);
    const auto put = store_->put(some_update(1));
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code, domain::errc::storage_full);
    EXPECT_THAT(put.error().text, HasSubstr("free space"));
  }
  EXPECT_TRUE(files().empty());
  EXPECT_TRUE(store_->all().empty());
  EXPECT_TRUE(store_->put(some_update(1)));
  EXPECT_EQ(rounds_in(*store_), "1.1");
}

TEST_F(file_update_store_test, leaves_the_former_update_in_place_when_the_disk_is_full) {
  ASSERT_TRUE(store_->put(some_update(1)));
  {
    const file_size_limit full(1000);
    EXPECT_FALSE(store_->put(some_update(1, 2)));
  }
  open_again();
  ASSERT_EQ(store_->all().size(), 1u);
  EXPECT_TRUE(is_same(store_->all().front(), some_update(1)));
}

TEST_F(file_update_store_test, names_no_file_by_a_session_that_could_lead_elsewhere) {
  auto update = some_update(1);
  update.head.round.session = domain::session_id{"../elsewhere"};
  EXPECT_EQ(store_->put(update).error().code, domain::errc::malformed);
}

TEST_F(file_update_store_test, refuses_a_folder_that_cannot_be_made) {
  std::ofstream(folder_ / "file") << "in the way";
  const auto opened = client::open_file_update_store(folder_ / "file");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, domain::errc::storage_failed);
  EXPECT_THAT(opened.error().text, HasSubstr((folder_ / "file").string()));
}

} // namespace fedloom::test
