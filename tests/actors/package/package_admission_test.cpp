#include "actors/package/pack.hpp"
#include "actors/package/package_admission.hpp"
#include "tests/actors/package/archive_maker.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <sstream>

namespace fedloom::package {
namespace {

using domain::errc;

/// Signed by the program that publishers use.
class package_admission_test : public testing::Test {
protected:
  void SetUp() override {
    if (std::system("command -v minisign >/dev/null") != 0)
      GTEST_SKIP() << "needs minisign";
    archive_maker(archive()).file("fedn.yaml", "entry_points: {}\n");
    run("-G -W -p key.pub -s key.sec");
    run("-S -s key.sec -m package.tgz");
    trust.keys = {security::parse_minisign_key(read("key.pub")).value()};
  }

  void run(const std::string& arguments) const {
    ASSERT_EQ(std::system(("cd " + folder.path().string() + " && minisign " + arguments + " >/dev/null").c_str()), 0);
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder / name).rdbuf();
    return text.str();
  }
  errc admitted(const std::string& signature) const {
    const auto put = admit(archive(), signature, trust, shelf);
    return put ? errc::none : put.error().code;
  }
  std::filesystem::path archive() const { return folder / "package.tgz"; }

  test::temporary_folder folder;
  package_shelf shelf{folder / "shelf"};
  package_trust trust;
};

TEST_F(package_admission_test, takes_a_signed_package) {
  EXPECT_EQ(admitted(read("package.tgz.minisig")), errc::none);
  EXPECT_TRUE(shelf.find(checksum_of(archive()).value()));
}

TEST_F(package_admission_test, unpacks_nothing_that_is_not_signed_as_it_should_be) {
  EXPECT_EQ(admitted(""), errc::denied);
  run("-G -f -W -p other.pub -s other.sec");
  run("-S -s other.sec -x other.minisig -m package.tgz");
  EXPECT_EQ(admitted(read("other.minisig")), errc::denied);
  const auto signature = read("package.tgz.minisig");
  archive_maker(archive()).file("fedn.yaml", "entry_points: {train: {command: evil}}\n");
  EXPECT_EQ(admitted(signature), errc::digest_mismatch);
  EXPECT_FALSE(std::filesystem::exists(folder / "shelf"));
}

TEST_F(package_admission_test, takes_any_package_without_keys_but_only_the_one_that_is_named) {
  trust.keys.clear();
  EXPECT_EQ(admitted(""), errc::none);
  trust.checksum = std::string(64, 'a');
  EXPECT_EQ(admitted(""), errc::digest_mismatch);
}

} // namespace
} // namespace fedloom::package
