#include "actors/package/ignore_rules.hpp"
#include "actors/package/pack.hpp"
#include "actors/package/unpack.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace fedloom::package {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using testing::ElementsAre;
using testing::HasSubstr;

class pack_test : public testing::Test {
protected:
  pack_test() { write("fedn.yaml", "entry_points: {train: {command: a}}\n"); }

  fs::path project() const { return folder / "project"; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((project() / name).parent_path());
    std::ofstream(project() / name, std::ios::binary) << text;
  }
  domain::error problem() const {
    const auto packed = pack(project(), folder / "package.tgz");
    return packed ? domain::error{} : packed.error();
  }
  /// The files that come out of the archive.
  std::vector<std::string> packed() const {
    const auto checksum = pack(project(), folder / "package.tgz");
    EXPECT_TRUE(checksum) << to_string(checksum.error());
    fs::remove_all(folder / "out");
    fs::create_directory(folder / "out");
    EXPECT_TRUE(unpack(folder / "package.tgz", folder / "out"));
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "out"))
      if (entry.is_regular_file())
        names.push_back(entry.path().lexically_relative(folder / "out").string());
    std::ranges::sort(names);
    return names;
  }

  test::temporary_folder folder;
};

TEST_F(pack_test, packs_what_unpack_takes) {
  write("lib/train.py", std::string(100'000, 'x'));
  write(".hidden", "");
  EXPECT_THAT(packed(), ElementsAre(".hidden", "fedn.yaml", "lib/train.py"));
  EXPECT_EQ(fs::file_size(folder / "out/lib/train.py"), 100'000U);
}

TEST_F(pack_test, makes_the_same_bytes_of_the_same_files) {
  write("b.py", "b");
  write("a.py", "a");
  const auto first = pack(project(), folder / "first.tgz");
  fs::copy(project(), folder / "copy", fs::copy_options::recursive);
  fs::last_write_time(folder / "copy/a.py", fs::file_time_type{});
  const auto second = pack(folder / "copy", folder / "second.tgz");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(*first, checksum_of(folder / "second.tgz").value());
  EXPECT_EQ(first->size(), 64U);
  fs::permissions(folder / "copy/a.py", fs::perms::owner_exec, fs::perm_options::add);
  EXPECT_NE(*first, pack(folder / "copy", folder / "second.tgz").value()) << "whether a file is executable counts";
}

TEST_F(pack_test, leaves_out_what_fednignore_names) {
  write(".fednignore", "# caches and data\n*.log\ndata/\nlib/private*\n\n  seed.npz  \n");
  for (const auto* name :
       {"a.log", "lib/b.log", "data/x.csv", "lib/data/y.csv", "lib/private_key", "private", "seed.npz"})
    write(name, "1");
  EXPECT_THAT(packed(), ElementsAre(".fednignore", "fedn.yaml", "private"));
}

TEST_F(pack_test, leaves_out_what_is_of_this_machine) {
  write("__pycache__/train.pyc", "1");
  write("fedn_env/pyvenv.cfg", "1");
  fs::create_symlink("/usr/bin/python3", project() / "fedn_env/python");
  EXPECT_THAT(packed(), ElementsAre("fedn.yaml"));
}

TEST_F(pack_test, leaves_itself_out) {
  const auto first = pack(project(), project() / "package.tgz");
  const auto again = pack(project(), project() / "package.tgz");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(*first, *again);
}

TEST_F(pack_test, refuses_links_unless_they_are_ignored) {
  fs::create_symlink("/etc/passwd", project() / "link");
  EXPECT_EQ(problem().code, errc::unsupported);
  EXPECT_THAT(problem().text, HasSubstr("project/link"));
  EXPECT_FALSE(fs::exists(folder / "package.tgz"));
  write(".fednignore", "link\n");
  EXPECT_EQ(problem().code, errc::none);
}

TEST_F(pack_test, wants_a_project) {
  fs::remove(project() / "fedn.yaml");
  EXPECT_EQ(problem().code, errc::not_found);
  EXPECT_EQ(pack(folder / "nowhere", folder / "package.tgz").error().code, errc::not_found);
}

TEST_F(pack_test, leaves_nothing_behind_where_it_cannot_write) {
  EXPECT_EQ(pack(project(), folder / "no/such/folder/package.tgz").error().code, errc::storage_failed);
}

TEST(ignore_rules_test, matches_as_pythons_fnmatch_does) {
  const ignore_rules rules("data/*\n*.py[co]\n[!a]x\nb\\*\n");
  EXPECT_TRUE(rules.ignores("data/a/b")) << "* matches / too";
  EXPECT_FALSE(rules.ignores("data"));
  EXPECT_TRUE(rules.ignores("lib/a.pyc"));
  EXPECT_FALSE(rules.ignores("lib/a.py"));
  EXPECT_TRUE(rules.ignores("bx"));
  EXPECT_FALSE(rules.ignores("ax"));
  EXPECT_TRUE(rules.ignores("b\\c")) << "a backslash is a letter";
}

} // namespace
} // namespace fedloom::package
