#include "messages/codec/frame.hpp"
#include "tests/messages/samples.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace fedloom;
using namespace fedloom::domain;
using codec::decode;
using codec::encode;
using test::message_with;

namespace {

/// There and back again; fails the test when either way is refused.
message travelled(const message& what) {
  const auto wire = encode(what);
  EXPECT_TRUE(wire) << (wire ? "" : to_string(wire.error()));
  auto back = decode(wire->frame, wire->payload);
  EXPECT_TRUE(back) << (back ? "" : to_string(back.error()));
  return std::move(back).value_or(message{});
}

template <class Body>
Body travelled_as(const Body& what) {
  return std::get<Body>(travelled(message_with(what)).what);
}

} // namespace

class frame_test : public testing::TestWithParam<message> {};

TEST_P(frame_test, comes_back_as_it_went) {
  const auto& sent = GetParam();
  const auto got = travelled(sent);
  EXPECT_EQ(got.head, sent.head);
  EXPECT_TRUE(got.what == sent.what);
  EXPECT_EQ(got.payload, sent.payload);
}

TEST_P(frame_test, has_no_field_at_its_default_here) {
  std::visit([](const auto& body) { EXPECT_FALSE(body == std::decay_t<decltype(body)>{}); }, GetParam().what);
}

INSTANTIATE_TEST_SUITE_P(every, frame_test, testing::ValuesIn(test::sample_messages()),
                         [](const auto& of) { return std::string(name_of(of.param.what)); });

TEST(frame_samples_test, there_is_one_per_alternative_in_the_variants_order) {
  const auto samples = test::sample_messages();
  ASSERT_EQ(samples.size(), std::variant_size_v<body>);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].what.index(), i);
  }
}

template <class Body>
class default_body_test : public testing::Test {};
template <class Variant>
struct alternatives_of;
template <class... Bodies>
struct alternatives_of<std::variant<Bodies...>> {
  using type = testing::Types<Bodies...>;
};
TYPED_TEST_SUITE(default_body_test, alternatives_of<body>::type);

// A default body names no client: either it comes back as it is or it is refused as malformed, never altered.
TYPED_TEST(default_body_test, travels_unaltered_or_is_refused) {
  const auto wire = encode({{}, TypeParam{}, {}});
  ASSERT_TRUE(wire);
  const auto back = decode(wire->frame, wire->payload);
  if (back) {
    EXPECT_EQ(back->head, header{});
    EXPECT_EQ(std::get<TypeParam>(back->what), TypeParam{});
  } else {
    EXPECT_EQ(back.error().code, errc::malformed);
  }
}

TEST(frame_bounds_test, a_message_about_no_round_has_an_empty_session) {
  const auto got = travelled({{}, heartbeat{1}, {}});
  EXPECT_EQ(got.head, header{});
}

TEST(frame_bounds_test, an_error_text_is_cut_to_4_KiB_and_keeps_its_end) {
  const auto got =
      travelled_as(task_failed{task_kind::train, {errc::entry_point_failed, std::string(9000, '.') + "end"}});
  EXPECT_EQ(got.reason.text, std::string(4093, '.') + "end");
}

TEST(frame_bounds_test, bytes_of_a_program_that_are_no_text_are_replaced) {
  EXPECT_EQ(travelled_as(task_failed{task_kind::train,
                                     {errc::entry_point_failed, "a\xff"
                                                                "b"}})
                .reason.text,
            "a?b");
}

TEST(frame_bounds_test, the_first_64_metrics_are_kept_with_64_bytes_of_name) {
  std::vector<metric> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back({std::to_string(1000 + i) + std::string(100, 'x'), i + 0.5});
  }
  const auto got = travelled_as(validation{1, many});
  ASSERT_EQ(got.metrics.size(), 64U);
  EXPECT_EQ(got.metrics[63].name, "1063" + std::string(60, 'x'));
  EXPECT_EQ(got.metrics[63].value, 63.5);
}

TEST(frame_bounds_test, a_metric_without_a_name_is_dropped) {
  EXPECT_EQ(travelled_as(validation{1, {{"", 1.0}, {"loss", 2.0}}}).metrics, (std::vector<metric>{{"loss", 2.0}}));
}

TEST(frame_bounds_test, a_metric_may_be_nan) {
  const auto got = travelled_as(validation{1, {{"loss", std::nan("")}}});
  ASSERT_EQ(got.metrics.size(), 1U);
  EXPECT_TRUE(std::isnan(got.metrics[0].value));
}

TEST(frame_bounds_test, the_fullest_offer_fits_a_frame) {
  std::vector<metric> many;
  for (int i = 0; i < 64; ++i) {
    many.push_back({std::to_string(100 + i) + std::string(61, 'x'), i + 0.5});
  }
  const auto wire = encode(message_with(
      offer{transfer_id{~0ULL}, test::id_from<model_id>(1), test::id_from<digest>(1), ~0ULL, ~0ULL, many}));
  ASSERT_TRUE(wire);
  EXPECT_LE(wire->frame.size(), codec::max_frame_bytes);
}

TEST(frame_bounds_test, durations_are_clamped_to_what_the_wire_holds) {
  const auto got = travelled_as(client_welcome{milliseconds{-5}, milliseconds{std::int64_t{1} << 40}});
  EXPECT_EQ(got.heartbeat, milliseconds{0});
  EXPECT_EQ(got.lease, milliseconds{0xffffffff});
}

TEST(frame_bounds_test, a_frame_above_8_KiB_is_too_large) {
  const auto wire = encode(message_with(combiner_hello{combiner_id{"c"}, std::string(9000, 'x'), 1}));
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().code, errc::too_large);
}

TEST(frame_bounds_test, a_payload_is_kept_without_a_copy) {
  const auto bytes = shared_bytes::copy_of("raw");
  const auto wire = encode({{}, chunk{}, bytes});
  ASSERT_TRUE(wire);
  const auto back = decode(wire->frame, wire->payload);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->payload.data(), bytes.data());
}
