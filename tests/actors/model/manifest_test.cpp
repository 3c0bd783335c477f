#include "actors/model/manifest.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace fedloom::model {
namespace {

using domain::errc;

TEST(manifest_test, tensors_are_aligned_and_do_not_overlap) {
  const manifest what{{{"a", dtype::f32, {3}}, {"b", dtype::u8, {65}}, {"c", dtype::f64, {0}}, {"d", dtype::i64, {}}}};
  EXPECT_EQ(what.offsets(), (std::vector<std::uint64_t>{0, 64, 192, 192}));
  EXPECT_EQ(what.data_bytes(), 256U);
  EXPECT_EQ(what.elements(), 3U + 65 + 0 + 1);
  EXPECT_EQ(manifest{}.data_bytes(), 0U);
}

TEST(manifest_test, absurd_sizes_saturate_instead_of_wrapping) {
  const std::uint64_t huge = std::uint64_t{1} << 40;
  const tensor_spec absurd{"0", dtype::f64, {huge, huge}};
  EXPECT_EQ(absurd.elements(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(absurd.bytes(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_GE((manifest{{absurd, absurd}}.data_bytes()), std::numeric_limits<std::uint64_t>::max() - 63);
  EXPECT_EQ((tensor_spec{"0", dtype::f64, {huge, huge, 0}}.elements()), 0U);
}

TEST(manifest_test, nothing_above_the_limit_is_within_it) {
  EXPECT_TRUE(within({{{"0", dtype::f32, {16}}}}, 64));
  EXPECT_FALSE(within({{{"0", dtype::f32, {17}}}}, 64));
  EXPECT_FALSE(within({{{"0", dtype::f32, {16}}, {"1", dtype::u8, {}}}}, 64)) << "the sum counts";
  EXPECT_FALSE(within({{{"0", dtype::f32, {std::uint64_t{1} << 63, 0}}}}, 64)) << "a zero hides nothing";
  EXPECT_EQ(within({{{"0", dtype::f32, {17}}}}, 64).error().code, errc::too_large);
}

TEST(manifest_test, names_the_first_tensor_that_differs) {
  const manifest wanted{{{"a", dtype::f32, {3}}, {"b", dtype::f32, {2, 2}}}};
  const auto code = [&](const manifest& other) { return difference(wanted, other).code; };
  EXPECT_EQ(code(wanted), errc::none);
  EXPECT_EQ(code({{{"a", dtype::f32, {3}}}}), errc::wrong_shape);
  EXPECT_EQ(code({{{"a", dtype::f32, {3}}, {"c", dtype::f32, {2, 2}}}}), errc::wrong_shape);
  EXPECT_EQ(code({{{"a", dtype::f32, {3}}, {"b", dtype::f32, {4}}}}), errc::wrong_shape);
  EXPECT_EQ(code({{{"a", dtype::f16, {3}}, {"b", dtype::f32, {2, 2}}}}), errc::wrong_dtype);
  EXPECT_NE(difference(wanted, {{{"a", dtype::f32, {3}}, {"b", dtype::f32, {4}}}}).text.find("tensor 1 \"b\""),
            std::string::npos);
}

TEST(manifest_test, types_have_numpys_names) {
  EXPECT_EQ(to_string(dtype::f16), "float16");
  EXPECT_EQ(to_string(dtype::u64), "uint64");
  EXPECT_EQ(to_string(dtype::boolean), "bool");
}

} // namespace
} // namespace fedloom::model
