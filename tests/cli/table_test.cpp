#include "cli/progress_line.hpp"
#include "cli/table.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace fedloom::cli {

namespace {

constexpr column columns[] = {{"name", "/name"}, {"rounds", "/config/rounds"}, {"loss", "/loss", form::number}};

} // namespace

TEST(table, aligns_texts_to_the_left_and_numbers_to_the_right) {
  const auto rows = json::parse(R"([{"name": "a", "config": {"rounds": 5}, "loss": 0.5},
                                    {"name": "longer", "config": {"rounds": 100}, "loss": null}])");
  EXPECT_EQ(table(columns, rows), "name    rounds    loss\n"
                                  "a            5  0.5000\n"
                                  "longer     100       -");
}

TEST(table, counts_characters_not_bytes) {
  const auto rows = json::parse(R"([{"name": "ä", "loss": 1}, {"name": "xy", "loss": 1}])");
  EXPECT_EQ(table(std::span{columns}.first(1), rows), "name\nä\nxy");
  const column two[] = {{"n", "/name"}, {"loss", "/loss"}};
  EXPECT_EQ(table(two, rows), "n   loss\nä      1\nxy     1");
}

TEST(table, what_is_not_there_is_a_dash) {
  EXPECT_EQ(table(columns, json::parse(R"([{"name": "a", "config": "none"}])")),
            "name  rounds  loss\na          -     -");
}

TEST(table, a_value_stays_on_its_line) {
  EXPECT_EQ(shown(json("a\nb\x1b[31m")), "a b [31m");
  EXPECT_EQ(shown(json(std::string(100, 'x')), form::brief), std::string(60, 'x') + "...");
}

TEST(table, an_object_is_listed_key_by_key) {
  EXPECT_EQ(listing(json::parse(R"({"id": "a", "config": {"rounds": 5}, "none": null})")),
            "id      a\nconfig  {\"rounds\":5}\nnone    -");
}

TEST(table, bytes_are_told_in_units_for_people) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(12345), "12.3 kB");
  EXPECT_EQ(bytes_text(5e12), "5000.0 GB");
}

TEST(progress_line, is_written_on_terminals_alone) {
  std::ostringstream out, err;
  console plain{out, err};
  progress_line(plain).show("waiting");
  EXPECT_EQ(err.str(), "");
  console terminal{out, err, true};
  progress_line(terminal).show("waiting");
  EXPECT_EQ(err.str(), "\r\033[Kwaiting\r\033[K");
}

} // namespace fedloom::cli
