#include "services/controller/routes/model_parameters.hpp"

#include "actors/model/stream.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace fedloom::controller {

using model::dtype;
using testing::HasSubstr;

namespace {

template <class Number>
std::string shown(dtype type, std::vector<std::uint64_t> shape, const std::vector<Number>& numbers) {
  auto stream = model::blank_stream({{{"0", type, std::move(shape)}}});
  std::ranges::copy(std::as_bytes(std::span(numbers)), model::data_of(stream).begin());
  return parameters_text(stream).value();
}

} // namespace

TEST(model_parameters, are_nested_as_the_tensor_is) {
  EXPECT_EQ(shown<float>(dtype::f32, {2, 3}, {1, 2, 3, 4, 5, 6.5F}), R"({"array":[[[1,2,3],[4,5,6.5]]]})");
  EXPECT_EQ(shown<float>(dtype::f32, {}, {0.1F}), R"({"array":[0.1]})");
  EXPECT_EQ(shown<float>(dtype::f32, {2, 0}, {}), R"({"array":[[[],[]]]})");
}

TEST(model_parameters, keep_every_type) {
  EXPECT_EQ(shown<double>(dtype::f64, {1}, {0.1}), R"({"array":[[0.1]]})");
  EXPECT_EQ(shown<std::int8_t>(dtype::i8, {2}, {-128, 127}), R"({"array":[[-128,127]]})");
  EXPECT_EQ(shown<std::uint8_t>(dtype::u8, {1}, {255}), R"({"array":[[255]]})");
  EXPECT_EQ(shown<std::uint64_t>(dtype::u64, {1}, {18446744073709551615U}), R"({"array":[[18446744073709551615]]})");
  EXPECT_EQ(shown<std::uint8_t>(dtype::boolean, {2}, {0, 1}), R"({"array":[[false,true]]})");
}

TEST(model_parameters, read_half_precision) {
  // 1, -2, the smallest above zero, the largest, infinity, zero
  EXPECT_EQ(shown<std::uint16_t>(dtype::f16, {6}, {0x3C00, 0xC000, 0x0001, 0x7BFF, 0x7C00, 0}),
            R"({"array":[[1,-2,5.9604645e-08,65504,null,0]]})");
}

TEST(model_parameters, have_null_for_what_json_lacks) {
  EXPECT_EQ(shown<float>(dtype::f32, {3}, {NAN, INFINITY, -INFINITY}), R"({"array":[[null,null,null]]})");
}

TEST(model_parameters, are_not_shown_when_nobody_could_read_them) {
  const auto refused = parameters_text(model::blank_stream({{{"0", dtype::u8, {shown_parameters + 1}}}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::errc::too_large);
  EXPECT_THAT(refused.error().text, HasSubstr("download it"));
  EXPECT_FALSE(parameters_text(model::blank_stream({{{"0", dtype::u8, {shown_parameters + 1, 0}}}})));
}

} // namespace fedloom::controller
