#include "tests/contract/model_store_contract.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::test {

using testing::HasSubstr;

struct file_model_stores {
  temporary_folder folder;
  std::unique_ptr<storage::model_store> open() const {
    return storage::open_file_model_store(folder.path().string()).value();
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(file, model_store_contract, file_model_stores);

class file_model_store_test : public testing::Test {
protected:
  auto open() const { return storage::open_file_model_store((folder_ / "models").string()); }
  std::filesystem::path file_of(const domain::model_id& id) const { return folder_ / "models" / (to_hex(id) + ".flm"); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_ / "models"), {}));
  }

  temporary_folder folder_;
  const std::vector<std::byte> stream_ = some_stream(1);
  const domain::model_id id_ = model::id_of(stream_);
};

TEST_F(file_model_store_test, has_every_model_after_reopening) {
  ASSERT_TRUE(open().value()->put(id_, stream_));
  EXPECT_TRUE(std::ranges::equal(open().value()->get(id_).value().span(), stream_));
}

TEST_F(file_model_store_test, removes_at_open_what_a_crash_left_half_written) {
  open().value().reset();
  std::ofstream(folder_ / "models" / (to_hex(id_) + ".flm.1.1.tmp")) << "half";
  const auto store = open().value();
  EXPECT_EQ(files(), 0u);
  EXPECT_TRUE(store->list().empty());
}

TEST_F(file_model_store_test, refuses_a_file_with_a_flipped_bit_and_names_it) {
  const auto store = open().value();
  ASSERT_TRUE(store->put(id_, stream_));
  auto other = stream_;
  other[other.size() - 100] ^= std::byte{1};
  std::ofstream(file_of(id_), std::ios::binary)
      .write(reinterpret_cast<const char*>(other.data()), static_cast<std::streamsize>(other.size()));
  const auto read = store->get(id_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, domain::errc::storage_failed);
  EXPECT_THAT(read.error().text, HasSubstr(file_of(id_).string()));
}

TEST_F(file_model_store_test, refuses_an_empty_or_a_cut_file_and_a_new_put_mends_it) {
  const auto store = open().value();
  for (const std::uintmax_t length : {std::uintmax_t{0}, std::uintmax_t{50}}) {
    ASSERT_TRUE(store->put(id_, stream_));
    std::filesystem::resize_file(file_of(id_), length);
    EXPECT_EQ(store->get(id_).error().code, domain::errc::storage_failed);
  }
  ASSERT_TRUE(store->put(id_, stream_));
  EXPECT_TRUE(store->get(id_));
}

TEST_F(file_model_store_test, leaves_nothing_behind_on_a_full_disk) {
  const auto store = open().value();
  {
    const file_size_limit full(100);
    const auto put = store->put(id_, stream_);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code, domain::errc::storage_full);
    EXPECT_THAT(put.error().text, HasSubstr("free space"));
  }
  EXPECT_EQ(files(), 0u);
  EXPECT_TRUE(store->put(id_, stream_));
}

TEST_F(file_model_store_test, a_stream_that_met_a_full_disk_cannot_be_finished_and_leaves_nothing_behind) {
  const auto store = open().value();
  {
    const file_size_limit full(100);
    const auto writer = store->begin();
    EXPECT_EQ(writer->append(stream_).error().code, domain::errc::storage_full);
    EXPECT_EQ(writer->sync().error().code, domain::errc::storage_full);
    EXPECT_EQ(writer->finish(id_).error().code, domain::errc::storage_full);
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(file_model_store_test, replaces_a_damaged_file_piece_by_piece) {
  const auto store = open().value();
  ASSERT_TRUE(store->put(id_, stream_));
  std::filesystem::resize_file(file_of(id_), 50);
  const auto writer = store->begin();
  ASSERT_TRUE(writer->append(stream_));
  ASSERT_TRUE(writer->finish(id_));
  EXPECT_TRUE(store->get(id_));
  EXPECT_EQ(files(), 1u);
}

TEST_F(file_model_store_test, ignores_files_that_are_not_models) {
  const auto store = open().value();
  std::ofstream(folder_ / "models/notes.txt") << "hello";
  std::ofstream(folder_ / "models/short.flm") << "hello";
  EXPECT_TRUE(store->list().empty());
}

TEST_F(file_model_store_test, refuses_a_folder_that_cannot_be_created) {
  std::ofstream(folder_ / "models") << "a file in the way";
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, domain::errc::storage_failed);
  EXPECT_THAT(store.error().text, HasSubstr((folder_ / "models").string()));
}

} // namespace fedloom::test
