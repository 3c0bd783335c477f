#include "cli/address.hpp"

#include <gmock/gmock.h>

#include <map>

namespace fedloom::cli {

namespace {

std::string url_with(const std::map<std::string, std::string>& variables, const address& given = {}) {
  return given
      .resolved([&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string{} : found->second;
      })
      .url();
}

} // namespace

TEST(address, is_this_machine_if_nobody_says_otherwise) {
  EXPECT_EQ(url_with({}), "http://127.0.0.1:8092");
}

TEST(address, comes_from_the_environment_and_flags_go_before_it) {
  const std::map<std::string, std::string> variables{{"FEDLOOM_CONTROLLER_HOST", "fl.example.org"},
                                                     {"FEDLOOM_CONTROLLER_PORT", "8443"},
                                                     {"FEDLOOM_CONTROLLER_PROTOCOL", "https"}};
  EXPECT_EQ(url_with(variables), "https://fl.example.org:8443");
  EXPECT_EQ(url_with(variables, {"http", "10.0.0.5", 80, "", ""}), "http://10.0.0.5:80");
}

TEST(address, knows_fedns_variables_but_prefers_its_own) {
  EXPECT_EQ(url_with({{"FEDN_CONTROLLER_HOST", "theirs"}, {"FEDN_CONTROLLER_PORT", "90"}}), "http://theirs:90");
  EXPECT_EQ(url_with({{"FEDN_CONTROLLER_HOST", "theirs"}, {"FEDLOOM_CONTROLLER_HOST", "ours"}}), "http://ours:8092");
}

TEST(address, takes_a_whole_url_for_a_host) {
  EXPECT_EQ(url_with({}, {"", "https://fl.example.org/", 0, "", ""}), "https://fl.example.org:443");
  EXPECT_EQ(url_with({}, {"", "http://fl.example.org:81", 0, "", ""}), "http://fl.example.org:81");
  EXPECT_EQ(url_with({}, {"", "fl.example.org:82", 0, "", ""}), "http://fl.example.org:82");
}

TEST(address, takes_ipv6) {
  EXPECT_EQ(url_with({}, {"", "::1", 0, "", ""}), "http://[::1]:8092");
  EXPECT_EQ(url_with({}, {"", "[::1]:83", 0, "", ""}), "http://[::1]:83");
}

} // namespace fedloom::cli
