#include "tests/contract/package_store_contract.hpp"
#include "tests/support/folder_content.hpp"
#include "tests/support/small_disk.hpp"

#include <gmock/gmock.h>

namespace fedloom::test {

using testing::HasSubstr;

struct memory_package_stores {
  std::unique_ptr<storage::package_store> open() const { return storage::make_memory_package_store(); }
};

struct file_package_stores {
  temporary_folder folder;
  std::unique_ptr<storage::package_store> open() const {
    return storage::open_file_package_store((folder / "packages").string()).value();
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(memory, package_store_contract, memory_package_stores);
INSTANTIATE_TYPED_TEST_SUITE_P(files, package_store_contract, file_package_stores);

class file_package_store_test : public testing::Test {
protected:
  auto open() const { return storage::open_file_package_store((folder_ / "packages").string()); }
  std::filesystem::path file_of(const domain::package_digest& id) const {
    return folder_ / "packages" / (to_hex(id) + ".tgz");
  }

  const domain::package_digest id_ = digest_of("archive");
  temporary_folder folder_;
};

TEST_F(file_package_store_test, has_everything_after_a_restart_but_what_was_unfinished) {
  ASSERT_TRUE(open().value()->put(id_, domain::as_bytes("archive")));
  std::ofstream(folder_ / "packages/half.tmp") << "arch";
  EXPECT_EQ(open().value()->list(), std::vector{id_});
  EXPECT_EQ(content_of(folder_ / "packages").size(), 1u);
}

TEST_F(file_package_store_test, links_a_file_of_the_same_disk) {
  const auto upload = folder_ / "upload";
  std::ofstream(upload) << "archive";
  ASSERT_TRUE(open().value()->put_file(id_, upload));
  EXPECT_EQ(std::filesystem::hard_link_count(upload), 2u);
}

TEST_F(file_package_store_test, copies_a_file_of_another_disk) {
  const small_disk disk(folder_ / "disk", std::size_t{1} << 20);
  if (!disk.mounted()) {
    GTEST_SKIP() << "needs the right to mount a small disk";
  }
  std::ofstream(disk.path() / "upload") << "archive";
  const auto store = open().value();
  ASSERT_TRUE(store->put_file(id_, disk.path() / "upload"));
  EXPECT_EQ(store->get(id_).value().text(), "archive");
}

TEST_F(file_package_store_test, finds_damage_when_it_reads_and_replaces_it_at_the_next_put) {
  const auto store = open().value();
  ASSERT_TRUE(store->put(id_, domain::as_bytes("archive")));
  std::ofstream(file_of(id_)) << "arxhive";
  const auto damaged = store->get(id_);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, domain::errc::storage_failed);
  EXPECT_THAT(damaged.error().text, HasSubstr(file_of(id_).string()));
  ASSERT_TRUE(store->put(id_, domain::as_bytes("archive")));
  EXPECT_EQ(store->get(id_).value().text(), "archive");
}

TEST_F(file_package_store_test, refuses_a_folder_that_cannot_be_used) {
  std::ofstream(folder_ / "packages") << "a file in the way";
  EXPECT_THAT(open().error().text, HasSubstr("cannot open the package folder"));
}

} // namespace fedloom::test
