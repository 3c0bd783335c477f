#include "actors/kernel/log_line.hpp"
#include "actors/kernel/logger.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

#include <unistd.h>

namespace fedloom::kernel {
namespace {

using nlohmann::json;

json line_of(std::vector<log_field> fields) {
  const std::chrono::sys_days day{std::chrono::year{2024} / 2 / 29};
  const std::chrono::system_clock::time_point time = day + std::chrono::milliseconds(3'723'045);
  return json::parse(to_json_line({time, log_level::warn, "combiner", "collection", "round-closed"}, fields));
}

TEST(log_line_test, says_when_where_and_what) {
  EXPECT_EQ(line_of({}), json({{"time", "2024-02-29T01:02:03.045Z"},
                               {"level", "warn"},
                               {"service", "combiner"},
                               {"component", "collection"},
                               {"event", "round-closed"}}));
}

TEST(log_line_test, keeps_the_type_of_every_field) {
  const auto line = line_of({{"text", "x"},
                             {"round", std::uint32_t{3}},
                             {"difference", -4},
                             {"bytes", std::numeric_limits<std::uint64_t>::max()},
                             {"loss", 0.25},
                             {"done", true}});
  EXPECT_EQ(line["text"], "x");
  EXPECT_EQ(line["round"], 3);
  EXPECT_EQ(line["difference"], -4);
  EXPECT_EQ(line["bytes"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(line["loss"], 0.25);
  EXPECT_EQ(line["done"], true);
}

TEST(log_line_test, escapes_what_json_cannot_hold) {
  std::string every_byte;
  for (int c = 0; c < 0x80; ++c) {
    every_byte += static_cast<char>(c);
  }
  EXPECT_EQ(line_of({{"text", every_byte}})["text"], every_byte);
  const auto raw = to_json_line({{}, log_level::info, "s", "c", "e"}, std::vector<log_field>{{"text", "a\nb"}});
  EXPECT_EQ(raw.find('\n'), std::string::npos);
}

TEST(log_line_test, keeps_utf8_and_replaces_what_is_none) {
  const std::string good = "größe \xE2\x82\xAC \xF0\x9F\x98\x80";
  EXPECT_EQ(line_of({{"text", good}})["text"], good);
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(line_of({{"text", "a\xFF"}})["text"], "a" + mark);
  EXPECT_EQ(line_of({{"text", "\xE2\x82"}})["text"], mark + mark);            // cut off
  EXPECT_EQ(line_of({{"text", "\xC0\xAF"}})["text"], mark + mark);            // overlong
  EXPECT_EQ(line_of({{"text", "\xED\xA0\x80"}})["text"], mark + mark + mark); // surrogate
}

TEST(log_line_test, writes_numbers_that_json_does_not_know_as_text) {
  const auto line = line_of({{"a", std::nan("")}, {"b", HUGE_VAL}, {"c", -HUGE_VAL}});
  EXPECT_EQ(line["a"], "nan");
  EXPECT_EQ(line["b"], "inf");
  EXPECT_EQ(line["c"], "-inf");
}

class logger_test : public ::testing::Test {
protected:
  logger_test() { std::filesystem::create_directory(folder); }
  ~logger_test() override { std::filesystem::remove_all(folder); }

  std::vector<json> lines() const {
    std::vector<json> all;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      all.push_back(json::parse(line));
    }
    return all;
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("fedloom-logger-" + std::to_string(::getpid()));
  const std::string file = folder / "log.jsonl";
};

TEST_F(logger_test, writes_one_object_per_line_and_drops_what_is_below_the_level) {
  log(log_level::error, "early", "before-the-log-was-opened");
  open_log({"combiner", log_level::info, file});
  log(log_level::debug, "collection", "not-wanted");
  log(log_level::info, "collection", "round-opened", {{"round", 3}});
  log(log_level::error, "collection", "store-failed", {{"text", "a \"quoted\"\n{brace} %v"}});
  flush_log();
  const auto all = lines();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["event"], "round-opened");
  EXPECT_EQ(all[0]["service"], "combiner");
  EXPECT_EQ(all[0]["round"], 3);
  EXPECT_EQ(all[1]["level"], "error");
  EXPECT_EQ(all[1]["text"], "a \"quoted\"\n{brace} %v");
}

TEST_F(logger_test, says_which_file_cannot_be_opened) {
  try {
    open_log({"combiner", log_level::info, folder.string()});
    FAIL() << "a folder was taken for a file";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find(folder.string()), std::string::npos);
  }
}

} // namespace
} // namespace fedloom::kernel
