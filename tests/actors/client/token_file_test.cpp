#include "actors/client/token_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace fedloom::client {

namespace {

using domain::errc;

class token_file_test : public ::testing::Test {
protected:
  static domain::token token_of(std::uint8_t number) {
    domain::token::value_type bytes{};
    bytes.fill(number);
    return domain::token{bytes};
  }
  void fill(const std::string& text) const { std::ofstream(file) << text; }

  test::temporary_folder folder;
  std::filesystem::path file = folder / "token";
};

} // namespace

TEST_F(token_file_test, reads_what_it_wrote) {
  ASSERT_TRUE(write_token(file, token_of(0xab)));
  EXPECT_EQ(read_token(file), token_of(0xab));
  ASSERT_TRUE(write_token(file, token_of(0xcd)));
  EXPECT_EQ(read_token(file), token_of(0xcd));
}

TEST_F(token_file_test, leaves_one_file_that_only_its_owner_may_read) {
  ASSERT_TRUE(write_token(file, token_of(1)));
  const std::filesystem::directory_iterator all(folder.path());
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(token_file_test, reads_a_missing_file_as_the_first_start) {
  EXPECT_EQ(read_token(file), domain::token{});
}

TEST_F(token_file_test, keeps_nothing_without_a_file) {
  EXPECT_TRUE(write_token({}, token_of(1)));
  EXPECT_EQ(read_token({}), domain::token{});
}

TEST_F(token_file_test, refuses_a_file_that_holds_no_token) {
  for (const auto* text : {"token", "0123", "0123456789abcdef0123456789abcdeX", "0123456789abcdef0123456789abcdef0"}) {
    fill(text);
    const auto read = read_token(file);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::malformed) << text;
  }
}

TEST_F(token_file_test, names_a_file_that_cannot_be_read) {
  fill("");
  ASSERT_FALSE(read_token(file));
  EXPECT_EQ(read_token(file).error().code, errc::storage_failed);
  EXPECT_NE(read_token(file).error().text.find(file.string()), std::string::npos);
}

TEST_F(token_file_test, does_not_take_a_file_that_it_cannot_look_for_as_the_first_start) {
  const auto read = read_token(folder / std::string(5000, 'x'));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::storage_failed);
}

TEST_F(token_file_test, names_a_file_that_cannot_be_written_and_keeps_the_former_one) {
  const auto nowhere = folder / "missing" / "token";
  const auto written = write_token(nowhere, token_of(1));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, errc::storage_failed);
  EXPECT_NE(written.error().text.find(nowhere.string()), std::string::npos);
  ASSERT_TRUE(write_token(file, token_of(1)));
  std::filesystem::create_directory(folder / "token.new");
  EXPECT_FALSE(write_token(file, token_of(2)));
  EXPECT_EQ(read_token(file), token_of(1));
}

} // namespace fedloom::client
