#include "messages/domain/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

using namespace fedloom::domain;

namespace {

std::string text_of(const std::string& file) {
  std::ifstream in(std::string(FEDLOOM_MESSAGES) + "/" + file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What the first group of `pattern` matches, line by line, between the first line that contains `from` and the next
/// one that begins with `to`.
std::vector<std::string> rows(const std::string& text, const std::string& from, const std::string& to,
                              const std::string& pattern) {
  std::vector<std::string> found;
  std::istringstream lines(text.substr(std::min(text.find(from), text.size())));
  const std::regex row(pattern);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && !line.starts_with(to)) {
    std::smatch match;
    if (std::regex_search(line, match, row)) {
      found.push_back(match[1]);
    }
  }
  return found;
}

template <std::size_t... I>
std::vector<std::string> names(std::index_sequence<I...>) {
  return {std::string(name_of(body{std::in_place_index<I>}))...};
}

std::vector<std::string> message_names() {
  return names(std::make_index_sequence<std::variant_size_v<body>>{});
}

/// "round_plan" -> "RoundPlan"
std::string table_name(const std::string& name) {
  std::string camel;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool first = i == 0 || name[i - 1] == '_';
    if (name[i] != '_') {
      camel += static_cast<char>(first ? std::toupper(name[i]) : name[i]);
    }
  }
  return camel;
}

} // namespace

TEST(documents_test, the_readmes_table_names_every_message_in_order) {
  EXPECT_EQ(rows(text_of("README.md"), "## Messages", "## ", R"(^\| `(\w+)` \|)"), message_names());
}

TEST(documents_test, the_schemas_union_is_named_like_the_variant) {
  std::vector<std::string> expected;
  for (const auto& name : message_names()) {
    expected.push_back(table_name(name));
  }
  EXPECT_EQ(rows(text_of("schema/frame.fbs"), "union Body", "}", R"(^\s+(\w+),$)"), expected);
}

TEST(documents_test, the_schemas_error_codes_are_the_domains) {
  const auto schema = rows(text_of("schema/error.fbs"), "enum Errc", "}", R"(^\s+(\w+ = \d+),$)");
  std::vector<std::string> expected;
  for (std::uint16_t code = 0; code <= static_cast<std::uint16_t>(errc::environment_failed); ++code) {
    expected.push_back(std::string(to_string(static_cast<errc>(code))) + " = " + std::to_string(code));
  }
  EXPECT_EQ(schema, expected);
}

TEST(documents_test, every_message_says_in_its_schema_who_sends_it_and_what_answers) {
  const auto schemas =
      text_of("schema/registration.fbs") + text_of("schema/round.fbs") + text_of("schema/transfer.fbs");
  for (const auto& name : message_names()) {
    const auto table = schemas.find("\ntable " + table_name(name) + " {");
    ASSERT_NE(table, std::string::npos) << name;
    const auto comment = schemas.substr(schemas.rfind("\n\n", table), table - schemas.rfind("\n\n", table));
    for (const auto* said : {"Sent by ", "Answered by ", "dempotent"}) {
      EXPECT_NE(comment.find(said), std::string::npos) << name << ": " << said;
    }
  }
}
