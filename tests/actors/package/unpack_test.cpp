#include "actors/package/unpack.hpp"
#include "tests/actors/package/archive_maker.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <random>

namespace fedloom::package {
namespace {

using domain::errc;
using testing::HasSubstr;
using compression = archive_maker::compression;

class unpack_test : public testing::Test {
protected:
  unpack_test() { std::filesystem::create_directory(into()); }

  std::filesystem::path archive() const { return folder / "package.tgz"; }
  std::filesystem::path into() const { return folder / "into"; }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(into() / name, std::ios::binary).rdbuf();
    return text.str();
  }
  domain::error refusal() const {
    std::filesystem::remove_all(into());
    std::filesystem::create_directory(into());
    const auto unpacked = unpack(archive(), into(), limits);
    return unpacked ? domain::error{} : unpacked.error();
  }

  test::temporary_folder folder;
  archive_limits limits;
};

TEST_F(unpack_test, unpacks_files_and_folders_of_each_compression) {
  for (const auto how : {compression::none, compression::gzip, compression::bzip2}) {
    std::filesystem::remove_all(into());
    std::filesystem::create_directory(into());
    archive_maker(archive(), how)
        .folder("./")
        .folder("./client/")
        .file("./client/fedn.yaml", "a: b\n")
        .file("client/deep/er/train.py", std::string(200'000, 'x'));
    const auto unpacked = unpack(archive(), into());
    ASSERT_TRUE(unpacked) << to_string(unpacked.error());
    EXPECT_EQ(read("client/fedn.yaml"), "a: b\n");
    EXPECT_EQ(read("client/deep/er/train.py").size(), 200'000U);
  }
}

TEST_F(unpack_test, keeps_of_the_modes_only_who_may_execute) {
  archive_maker(archive()).file("run.sh", "", 0711).file("data", "", 0666);
  ASSERT_TRUE(unpack(archive(), into()));
  using std::filesystem::perms;
  const auto runs = [&](const char* name) {
    return std::filesystem::status(into() / name).permissions() & (perms::owner_exec | perms::others_write);
  };
  EXPECT_EQ(runs("run.sh"), perms::owner_exec);
  EXPECT_EQ(runs("data"), perms::none);
}

TEST_F(unpack_test, refuses_paths_that_lead_out_of_the_folder) {
  for (const auto* name : {"../evil", "a/../../evil", "a/..", "/tmp/fedloom-evil", "//evil"}) {
    archive_maker(archive()).file(name, "evil");
    EXPECT_EQ(refusal().code, errc::malformed) << name;
    EXPECT_THAT(refusal().text, HasSubstr("package.tgz is refused: the entry '" + std::string(name) + "'"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(into()));
  EXPECT_FALSE(std::filesystem::exists(folder / "evil"));
  EXPECT_FALSE(std::filesystem::exists("/tmp/fedloom-evil"));
}

TEST_F(unpack_test, refuses_links_and_what_is_written_through_them) {
  archive_maker(archive()).symbolic_link("out", "..").file("out/evil", "evil");
  EXPECT_THAT(refusal().text, HasSubstr("'out' is a link"));
  EXPECT_FALSE(std::filesystem::exists(folder / "evil"));
  archive_maker(archive()).hard_link("shadow", "/etc/shadow");
  EXPECT_THAT(refusal().text, HasSubstr("'shadow' is a link"));
  EXPECT_EQ(refusal().code, errc::malformed);
}

TEST_F(unpack_test, refuses_devices_pipes_and_setuid_files) {
  archive_maker(archive()).device("zero");
  EXPECT_THAT(refusal().text, HasSubstr("'zero' is neither a file nor a folder"));
  archive_maker(archive()).pipe("pipe");
  EXPECT_EQ(refusal().code, errc::malformed);
  archive_maker(archive()).file("su", "", 04755);
  EXPECT_THAT(refusal().text, HasSubstr("'su' is setuid"));
}

TEST_F(unpack_test, refuses_an_entry_that_stands_there_twice) {
  archive_maker(archive()).file("a/b", "1").file("./a//b", "2");
  EXPECT_THAT(refusal().text, HasSubstr("stands there twice"));
}

TEST_F(unpack_test, refuses_a_folder_where_a_file_stands_and_the_reverse) {
  archive_maker(archive()).file("a", "1").file("a/b", "2");
  EXPECT_EQ(refusal().code, errc::malformed);
  archive_maker(archive()).folder("c").file("c", "2");
  EXPECT_EQ(refusal().code, errc::malformed);
}

TEST_F(unpack_test, refuses_names_that_nobody_can_read) {
  archive_maker(archive()).file("a\nb", "");
  EXPECT_THAT(refusal().text, HasSubstr("'a?b' has control characters"));
}

TEST_F(unpack_test, unpacks_names_in_utf_8) {
  archive_maker(archive()).file("größe.txt", "1");
  ASSERT_TRUE(unpack(archive(), into()));
  EXPECT_EQ(read("größe.txt"), "1");
}

TEST_F(unpack_test, refuses_more_entries_than_the_limit) {
  {
    archive_maker maker(archive());
    for (int i = 0; i < 100'000; ++i)
      maker.folder("f" + std::to_string(i % 7));
  }
  EXPECT_EQ(refusal().code, errc::too_large);
  EXPECT_THAT(refusal().text, HasSubstr("more than 10000 entries"));
}

TEST_F(unpack_test, refuses_a_bomb_before_it_fills_the_disk) {
  archive_maker(archive()).file("zeros", std::string(20 << 20, '\0'));
  ASSERT_LT(std::filesystem::file_size(archive()), 100'000U);
  EXPECT_EQ(refusal().code, errc::too_large);
  EXPECT_THAT(refusal().text, HasSubstr("'zeros'"));
  EXPECT_THAT(refusal().text, HasSubstr("too many for an archive so small"));
  EXPECT_LT(std::filesystem::file_size(into() / "zeros"), 4U << 20U);
}

TEST_F(unpack_test, counts_the_bytes_of_all_files_together) {
  limits.bytes = 1000;
  archive_maker(archive()).file("a", std::string(600, 'a')).file("b", std::string(600, 'b'));
  EXPECT_EQ(refusal().code, errc::too_large);
  EXPECT_THAT(refusal().text, HasSubstr("with the entry 'b' it grows beyond 1000 bytes"));
}

TEST_F(unpack_test, bounds_paths_names_and_depth) {
  limits.path_bytes = 20;
  limits.name_bytes = 10;
  limits.depth = 3;
  const auto code_of = [&](const std::string& name) {
    archive_maker(archive()).file(name);
    return refusal().code;
  };
  EXPECT_EQ(code_of("aaaaaaaaa/aaaaaaaaa/aa"), errc::too_large);
  EXPECT_EQ(code_of("aaaaaaaaaaa"), errc::too_large);
  EXPECT_EQ(code_of("a/b/c/d"), errc::too_large);
  EXPECT_EQ(code_of("a/b/c"), errc::none);
}

TEST_F(unpack_test, says_that_a_file_is_no_archive) {
  std::ofstream(archive()) << "PK not a tar at all";
  EXPECT_EQ(refusal().code, errc::malformed);
  EXPECT_EQ(unpack(folder / "nowhere", into()).error().code, errc::not_found);
}

TEST_F(unpack_test, refuses_an_archive_cut_off_anywhere) {
  archive_maker(archive()).file("train.py", std::string(3000, 'x') + "unpacked");
  const auto whole = std::filesystem::file_size(archive());
  for (std::uintmax_t size = 0; size < whole; ++size) {
    archive_maker(archive()).file("train.py", std::string(3000, 'x') + "unpacked");
    std::filesystem::resize_file(archive(), size);
    EXPECT_NE(refusal().code, errc::none) << size << " of " << whole << " bytes";
  }
}

TEST_F(unpack_test, stays_in_its_folder_whatever_the_archive_holds) {
  archive_maker(archive(), compression::none).folder("client").file("client/fedn.yaml", "a: b\n").file("x/y", "1");
  std::ostringstream text;
  text << std::ifstream(archive(), std::ios::binary).rdbuf();
  const auto whole = text.str();
  std::mt19937 random(20'240'611);
  for (int i = 0; i < 3000; ++i) {
    auto damaged = whole;
    for (int hits = 0; hits <= i % 4; ++hits)
      damaged[random() % damaged.size()] = "/.\0\xFF"
                                           "12xL"[random() % 8];
    std::ofstream(archive(), std::ios::binary) << damaged;
    refusal(); // whatever it says
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2) << "the archive and its folder";
}

TEST_F(unpack_test, says_that_the_disk_is_full) {
  const test::small_disk disk(into(), 64 << 10);
  if (!disk.mounted())
    GTEST_SKIP() << "needs the right to mount";
  archive_maker(archive()).file("a", std::string(256 << 10, 'a'));
  EXPECT_EQ(unpack(archive(), into()).error().code, errc::storage_full);
}

} // namespace
} // namespace fedloom::package
