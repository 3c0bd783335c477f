#include "actors/package/pack.hpp"
#include "actors/package/package_shelf.hpp"
#include "tests/actors/package/archive_maker.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <thread>

namespace fedloom::package {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using testing::HasSubstr;

class package_shelf_test : public testing::Test {
protected:
  fs::path archive() const { return folder / "package.tgz"; }

  test::temporary_folder folder;
  package_shelf shelf{folder / "shelf"};
};

TEST_F(package_shelf_test, puts_a_package_under_its_checksum) {
  archive_maker(archive()).file("client/fedn.yaml", "a: b\n");
  const auto put = shelf.put(archive());
  ASSERT_TRUE(put) << to_string(put.error());
  EXPECT_EQ(put->checksum, checksum_of(archive()).value());
  EXPECT_EQ(put->project_dir, folder.path() / "shelf" / put->checksum / "client");
  EXPECT_TRUE(fs::exists(put->project_dir / "fedn.yaml"));
  EXPECT_EQ(shelf.find(put->checksum)->project_dir, put->project_dir);
}

TEST_F(package_shelf_test, leaves_a_package_alone_that_stands_there) {
  archive_maker(archive()).file("fedn.yaml");
  const auto first = shelf.put(archive());
  std::ofstream(first->project_dir / "state_of_the_script") << "1";
  ASSERT_TRUE(shelf.put(archive()));
  EXPECT_TRUE(fs::exists(first->project_dir / "state_of_the_script"));
}

TEST_F(package_shelf_test, refuses_another_package_than_the_expected) {
  archive_maker(archive()).file("fedn.yaml");
  const auto refused = shelf.put(archive(), std::string(64, '0'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::digest_mismatch);
  EXPECT_FALSE(fs::exists(folder / "shelf"));
}

TEST_F(package_shelf_test, leaves_nothing_of_a_refused_package) {
  archive_maker(archive()).file("fedn.yaml").file("../evil");
  EXPECT_EQ(shelf.put(archive()).error().code, errc::malformed);
  archive_maker(archive()).file("train.py");
  EXPECT_EQ(shelf.put(archive()).error().code, errc::not_found);
  EXPECT_TRUE(fs::is_empty(folder / "shelf"));
}

TEST_F(package_shelf_test, stands_two_who_put_the_same_at_once) {
  {
    archive_maker maker(archive());
    maker.file("fedn.yaml");
    for (int i = 0; i < 500; ++i)
      maker.file("lib/" + std::to_string(i), "x");
  }
  domain::expected<shelved_package> first, second;
  {
    const std::jthread one([&] { first = shelf.put(archive()); });
    const std::jthread two([&] { second = shelf.put(archive()); });
  }
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->project_dir, second->project_dir);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "shelf"), {}), 1);
}

TEST_F(package_shelf_test, sweeps_what_a_killed_process_left) {
  fs::create_directories(folder / "shelf/unpacking-abcdef/client");
  shelf.sweep();
  EXPECT_TRUE(fs::is_empty(folder / "shelf"));
}

TEST_F(package_shelf_test, finds_only_checksums) {
  fs::create_directories(folder / "shelf");
  EXPECT_EQ(shelf.find("..").error().code, errc::not_found);
  EXPECT_EQ(shelf.find(std::string(64, 'a')).error().code, errc::not_found);
}

TEST_F(package_shelf_test, takes_the_project_nearest_to_the_root) {
  for (const auto* name : {"a/b/fedn.yaml", "z/fedn.yaml", "y/fedn.yaml"}) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << "";
  }
  EXPECT_EQ(find_project(folder.path()).value(), folder / "y");
  EXPECT_EQ(find_project(folder / "a").value(), folder / "a/b");
  fs::create_directory(folder / "empty");
  EXPECT_EQ(find_project(folder / "empty").error().code, errc::not_found);
}

} // namespace
} // namespace fedloom::package
