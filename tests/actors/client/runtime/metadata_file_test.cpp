#include "actors/client/runtime/metadata_file.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"

#include <gtest/gtest.h>

namespace fedloom::client {
namespace {

class metadata_file_test : public testing::Test {
protected:
  domain::expected<metadata> read(const std::string& text) { return read_metadata(folder.write("out-metadata", text)); }
  domain::errc problem_of(const std::string& text) {
    const auto result = read(text);
    return result ? domain::errc::none : result.error().code;
  }

  scratch_folder folder;
};

TEST_F(metadata_file_test, takes_numbers_as_metrics_and_passes_over_the_rest) {
  const auto result = read(R"({"num_examples": 12, "loss": 0.5, "epochs": 2, "ok": true, "name": "x", "list": [1]})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->example_count, 12U);
  EXPECT_EQ(result->metrics, (std::vector<domain::metric>{{"epochs", 2}, {"loss", 0.5}}));
}

TEST_F(metadata_file_test, tells_a_missing_count_from_zero) {
  EXPECT_EQ(read("{}")->example_count, std::nullopt);
  EXPECT_EQ(read(R"({"num_examples": 0})")->example_count, 0U);
}

TEST_F(metadata_file_test, refuses_counts_that_are_no_integers) {
  for (const auto* count : {"-1", "1.0", "\"64\"", "true", "null", "1e300", "99999999999999999999"})
    EXPECT_EQ(problem_of(std::string(R"({"num_examples": )") + count + "}"), domain::errc::bad_output) << count;
}

TEST_F(metadata_file_test, refuses_what_is_no_json_object) {
  for (const auto* text : {"", "garbage", "[1]", "3", R"({"loss": NaN})", R"({"a": 1} b)", "{\"\xff\": 1}"})
    EXPECT_EQ(problem_of(text), domain::errc::bad_output) << text;
}

TEST_F(metadata_file_test, says_that_there_is_no_file) {
  const auto result = read_metadata(folder.path() / "nothing");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, domain::errc::no_output);
}

TEST_F(metadata_file_test, bounds_number_and_names_of_metrics) {
  std::string text = R"({"num_examples": 1, ")" + std::string(max_metric_name_bytes + 1, 'a') + R"(": 1)";
  for (int i = 0; i < 200; ++i)
    text += ",\"m" + std::to_string(i) + "\": 1";
  const auto result = read(text + "}");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->metrics.size(), max_metrics);
  EXPECT_EQ(result->example_count, 1U);
  EXPECT_EQ(problem_of(std::string(max_metadata_bytes + 1, ' ')), domain::errc::bad_output);
}

} // namespace
} // namespace fedloom::client
