#include "actors/security/minisign.hpp"
#include "tests/actors/security/signer.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <sstream>
#include <vector>

namespace fedloom::security {
namespace {

using domain::errc;
using testing::HasSubstr;

class minisign_test : public testing::Test {
protected:
  minisign_test() { write(content); }

  void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }
  std::filesystem::path file() const { return folder / "package.tgz"; }
  domain::expected<std::string> verify(const std::string& signature) const {
    return verify_minisign(file(), signature, trusted);
  }
  errc code_of(const std::string& signature) const {
    const auto verified = verify(signature);
    return verified ? errc::none : verified.error().code;
  }

  test::temporary_folder folder;
  std::string content = std::string(200'000, 'x') + "end";
  signer publisher{1};
  signer stranger{2};
  std::vector<minisign_key> trusted{parse_minisign_key(publisher.public_key()).value()};
};

TEST_F(minisign_test, accepts_a_file_signed_by_a_trusted_key) {
  EXPECT_EQ(verify(publisher.sign(content)).value(), "v1");
  EXPECT_EQ(verify(publisher.sign(content, "Ed", "of old")).value(), "of old");
}

TEST_F(minisign_test, accepts_each_of_several_trusted_keys) {
  trusted.push_back(parse_minisign_key(stranger.public_key()).value());
  EXPECT_TRUE(verify(stranger.sign(content)));
  EXPECT_TRUE(verify(publisher.sign(content)));
}

TEST_F(minisign_test, names_a_key_that_nobody_trusts) {
  const auto refused = verify(stranger.sign(content));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::denied);
  EXPECT_THAT(refused.error().text, HasSubstr("0202020202020202"));
}

TEST_F(minisign_test, refuses_a_key_that_only_bears_a_trusted_id) {
  EXPECT_EQ(code_of(signer{1}.sign(content)), errc::digest_mismatch);
}

TEST_F(minisign_test, refuses_an_altered_file) {
  for (const auto* kind : {"ED", "Ed"}) {
    write(content + "x");
    EXPECT_EQ(code_of(publisher.sign(content, kind)), errc::digest_mismatch);
    write(content);
    EXPECT_EQ(code_of(publisher.sign(content, kind)), errc::none);
  }
}

TEST_F(minisign_test, refuses_an_altered_comment) {
  auto signature = publisher.sign(content, "ED", "version 1");
  signature.replace(signature.find("version 1"), 9, "version 2");
  EXPECT_EQ(code_of(signature), errc::digest_mismatch);
}

TEST_F(minisign_test, refuses_what_is_no_signature) {
  const auto good = publisher.sign(content);
  EXPECT_EQ(code_of(""), errc::malformed);
  EXPECT_EQ(code_of("garbage\n"), errc::malformed);
  EXPECT_EQ(code_of(publisher.sign(content, "XX")), errc::malformed);
  EXPECT_EQ(code_of(std::string(1 << 20, 'x')), errc::malformed);
  for (std::size_t size = 0; size + 1 < good.size(); ++size)
    EXPECT_NE(code_of(good.substr(0, size)), errc::none) << size;
}

TEST_F(minisign_test, says_that_there_is_no_file) {
  std::filesystem::remove(file());
  EXPECT_EQ(code_of(publisher.sign(content)), errc::not_found);
}

TEST_F(minisign_test, reads_public_keys_with_and_without_their_comment) {
  const auto text = publisher.public_key();
  EXPECT_EQ(parse_minisign_key(text.substr(text.find('\n') + 1)).value(), trusted.front());
  EXPECT_EQ(to_hex_id(trusted.front()), "0101010101010101");
  EXPECT_EQ(parse_minisign_key("RWQ").error().code, errc::malformed);
  EXPECT_EQ(parse_minisign_key("").error().code, errc::malformed);
}

TEST_F(minisign_test, agrees_with_the_program) {
  if (std::system("command -v minisign >/dev/null") != 0)
    GTEST_SKIP() << "needs minisign";
  const auto run = [&](const std::string& arguments) {
    return std::system(("cd " + folder.path().string() + " && minisign " + arguments + " >/dev/null").c_str());
  };
  const auto read = [&](const char* name) {
    std::ostringstream text;
    text << std::ifstream(folder / name).rdbuf();
    return text.str();
  };
  ASSERT_EQ(run("-G -W -p key.pub -s key.sec"), 0);
  trusted = {parse_minisign_key(read("key.pub")).value()};
  EXPECT_THAT(read("key.pub"), HasSubstr(to_hex_id(trusted.front())));
  for (const auto* kind : {"-H", "-l"}) {
    ASSERT_EQ(run(std::string("-S ") + kind + " -s key.sec -t 'of the program' -m package.tgz"), 0);
    EXPECT_EQ(verify(read("package.tgz.minisig")).value(), "of the program");
  }
}

} // namespace
} // namespace fedloom::security
