#include "actors/client/runtime/cast.hpp"
#include "tests/actors/client/runtime/example_stream.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

namespace fedloom::client {
namespace {

using model::dtype;

template <class T>
model::manifest manifest_of(dtype type, const std::vector<std::vector<T>>& tensors) {
  return model::read_stream(example_stream(type, tensors))->what;
}

TEST(cast_test, leaves_a_stream_of_the_right_types_alone) {
  const auto stream = example_stream<float>(dtype::f32, {{1, 2, 3}, {4}});
  EXPECT_EQ(cast_floats(stream, model::read_stream(stream)->what).value(), stream);
}

TEST(cast_test, rounds_doubles_to_floats) {
  const std::vector<std::vector<double>> values{{0.1, -2, 1e-50}, {}, {1e300}};
  const auto result =
      cast_floats(example_stream<double>(dtype::f64, values), manifest_of<float>(dtype::f32, {{0, 0, 0}, {}, {0}}));
  ASSERT_TRUE(result);
  EXPECT_THAT(elements<float>(*result, 0), testing::ElementsAre(0.1F, -2.0F, 0.0F));
  EXPECT_THAT(elements<float>(*result, 2), testing::ElementsAre(std::numeric_limits<float>::infinity()));
  EXPECT_EQ(*result, example_stream<float>(dtype::f32, {{0.1F, -2, 0}, {}, {std::numeric_limits<float>::infinity()}}));
}

TEST(cast_test, widens_floats_to_doubles) {
  const auto result = cast_floats(example_stream<float>(dtype::f32, {{0.1F}}), manifest_of<double>(dtype::f64, {{0}}));
  EXPECT_THAT(elements<double>(result.value(), 0), testing::ElementsAre(static_cast<double>(0.1F)));
}

TEST(cast_test, rounds_to_halves_with_ties_to_even) {
  const double tiny = std::ldexp(1.0, -24); // the smallest half
  const std::vector<std::vector<double>> values{
      {1, -2, 65504, 65519.9, 65520, 1 + 0x1p-11, 1 + 0x3p-11, tiny, tiny / 2, tiny * 1023.5, -0.0}};
  const auto result = cast_floats(example_stream<double>(dtype::f64, values),
                                  manifest_of<std::uint16_t>(dtype::f16, {std::vector<std::uint16_t>(11)}));
  EXPECT_THAT(
      elements<std::uint16_t>(result.value(), 0),
      testing::ElementsAre(0x3C00, 0xC000, 0x7BFF, 0x7BFF, 0x7C00, 0x3C00, 0x3C02, 0x0001, 0x0000, 0x0400, 0x8000));
}

TEST(cast_test, widening_and_narrowing_every_half_gives_it_back) {
  std::vector<std::uint16_t> finite;
  for (unsigned bits = 0; bits < 0x10000; ++bits)
    if ((bits & 0x7C00U) != 0x7C00U || (bits & 0x3FFU) == 0)
      finite.push_back(static_cast<std::uint16_t>(bits));
  const auto halves = example_stream<std::uint16_t>(dtype::f16, {finite});
  const auto floats = cast_floats(halves, manifest_of<float>(dtype::f32, {std::vector<float>(finite.size())}));
  ASSERT_TRUE(floats);
  EXPECT_EQ(cast_floats(*floats, model::read_stream(halves)->what).value(), halves);
}

TEST(cast_test, keeps_what_is_not_a_number_not_a_number) {
  const auto result =
      cast_floats(example_stream<double>(dtype::f64, {{std::nan("")}}), manifest_of<std::uint16_t>(dtype::f16, {{0}}));
  EXPECT_THAT(elements<std::uint16_t>(result.value(), 0), testing::ElementsAre(0x7E00));
}

TEST(cast_test, never_touches_integers) {
  const auto integers = example_stream<std::int64_t>(dtype::i64, {{1, 2}});
  EXPECT_EQ(cast_floats(integers, manifest_of<float>(dtype::f32, {{0, 0}})).value(), integers);
}

TEST(cast_test, leaves_the_judgement_of_shapes_to_the_caller) {
  const auto result =
      cast_floats(example_stream<double>(dtype::f64, {{1, 2}, {3}}), manifest_of<float>(dtype::f32, {{0, 0, 0}}));
  ASSERT_TRUE(result);
  const auto what = model::read_stream(*result)->what;
  EXPECT_EQ(what.tensors.at(0).type, dtype::f32);
  EXPECT_EQ(what.tensors.at(0).shape, std::vector<std::uint64_t>{2});
  EXPECT_EQ(what.tensors.at(1).type, dtype::f64);
}

TEST(cast_test, refuses_bytes_that_are_no_stream) {
  const auto result = cast_floats(std::vector<std::byte>(100), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, domain::errc::malformed);
}

} // namespace
} // namespace fedloom::client
