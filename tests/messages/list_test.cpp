#include "messages/codec/frame.hpp"
#include "tests/messages/samples.hpp"

#include <gtest/gtest.h>

using namespace fedloom;
using namespace fedloom::domain;
using codec::decode;
using codec::encode;
using test::message_with;

namespace {

partial partial_of(std::size_t contributions, std::size_t failures, std::size_t metrics, std::size_t text_bytes) {
  partial what;
  std::vector<metric> measured;
  for (std::size_t i = 0; i < metrics; ++i) {
    measured.push_back({"metric-" + std::to_string(i), static_cast<double>(i)});
  }
  for (auto& client : test::sample_clients(contributions)) {
    what.contributions.push_back({std::move(client), 3, 4, test::id_from<digest>(1), measured});
  }
  for (auto& client : test::sample_clients(failures)) {
    what.failures.push_back({std::move(client), {errc::client_lost, std::string(text_bytes, '.') + "end"}, 5});
  }
  return what;
}

template <class Body>
Body travelled(const Body& what) {
  const auto wire = encode(message_with(what));
  EXPECT_TRUE(wire) << (wire ? "" : to_string(wire.error()));
  auto back = decode(wire->frame, wire->payload);
  EXPECT_TRUE(back) << (back ? "" : to_string(back.error()));
  EXPECT_TRUE(back->payload.empty()) << "the lists are taken out of the payload";
  return std::get<Body>(back->what);
}

errc refusal(const body& what, shared_bytes payload) {
  const auto wire = encode(message_with(what));
  EXPECT_TRUE(wire);
  const auto back = decode(wire->frame, std::move(payload));
  return back ? errc::none : back.error().code;
}

} // namespace

TEST(list_test, five_thousand_clients_travel_in_the_payload_behind_a_small_frame) {
  round_plan plan;
  plan.cohort = test::sample_clients(5000);
  plan.scales.exponents.assign(2000, -7);
  const auto wire = encode(message_with(plan));
  ASSERT_TRUE(wire);
  EXPECT_LE(wire->frame.size(), 512U);
  EXPECT_GT(wire->payload.size(), 50000U);
  EXPECT_EQ(travelled(plan), plan);

  const roster_changed roster{true, test::sample_clients(5000), test::sample_clients(5000)};
  EXPECT_EQ(travelled(roster), roster);
  const auto part = partial_of(5000, 5000, 10, 100);
  EXPECT_EQ(travelled(part), part);
}

TEST(list_test, empty_lists_need_no_payload) {
  for (const body& what : {body{round_plan{}}, body{partial{}}, body{roster_changed{}}}) {
    const auto wire = encode(message_with(what));
    ASSERT_TRUE(wire);
    EXPECT_TRUE(wire->payload.empty());
    const auto back = decode(wire->frame, wire->payload);
    ASSERT_TRUE(back);
    EXPECT_TRUE(back->what == what);
  }
}

TEST(list_test, ten_thousand_talkative_clients_are_cut_to_fit) {
  const auto got = travelled(partial_of(10000, 10000, 64, 4096));
  ASSERT_EQ(got.contributions.size(), 10000U);
  EXPECT_EQ(got.contributions[9999].metrics.size(), 20U);
  ASSERT_EQ(got.failures.size(), 10000U);
  EXPECT_EQ(got.failures[9999].reason.text.size(), 104U);
  EXPECT_TRUE(got.failures[9999].reason.text.ends_with("end"));
}

TEST(list_test, a_list_above_its_bound_is_too_large) {
  round_plan plan;
  plan.cohort = test::sample_clients(65537);
  const auto wire = encode(message_with(plan));
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().code, errc::too_large);
}

TEST(list_test, a_message_with_lists_brings_no_payload_of_its_own) {
  auto what = message_with(round_plan{});
  what.payload = shared_bytes::copy_of("mine");
  const auto wire = encode(what);
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().code, errc::internal);
}

TEST(list_test, another_messages_lists_are_malformed) {
  const auto roster = encode(message_with(roster_changed{true, test::sample_clients(3), {}}));
  ASSERT_TRUE(roster);
  EXPECT_EQ(refusal(round_plan{}, roster->payload), errc::malformed);
  EXPECT_EQ(refusal(partial{}, roster->payload), errc::malformed);
}

TEST(list_test, a_list_payload_cut_anywhere_is_never_read_past_its_end) {
  const auto wire = encode(message_with(partial_of(2, 2, 2, 5)));
  ASSERT_TRUE(wire);
  for (std::size_t length = 1; length < wire->payload.size(); ++length) {
    // A copy of its own, so that the address sanitizer sees a read past the cut.
    const auto cut = shared_bytes::copy_of(wire->payload.slice(0, length).span());
    const auto code = refusal(partial{}, cut);
    EXPECT_TRUE(code == errc::malformed || code == errc::none) << length;
  }
}

TEST(list_test, a_list_with_an_invalid_client_id_is_malformed) {
  partial nameless;
  nameless.contributions.emplace_back();
  partial too_long;
  too_long.failures.emplace_back().client = client_id{std::string(65, 'x')};
  round_plan spaced;
  spaced.cohort.emplace_back("two words");
  for (const body& what : {body{roster_changed{false, {client_id{"ok"}}, {client_id{"two words"}}}}, body{nameless},
                           body{too_long}, body{spaced}}) {
    const auto wire = encode(message_with(what));
    ASSERT_TRUE(wire);
    EXPECT_EQ(refusal(what, wire->payload), errc::malformed);
  }
}

TEST(list_test, lists_are_read_from_any_address) {
  const auto sent = partial_of(3, 3, 3, 3);
  const auto wire = encode(message_with(sent));
  ASSERT_TRUE(wire);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::byte> moved(shift);
    moved.insert(moved.end(), wire->payload.span().begin(), wire->payload.span().end());
    const auto back = decode(wire->frame, shared_bytes::adopt(std::move(moved)).slice(shift, wire->payload.size()));
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<partial>(back->what), sent);
  }
}

TEST(list_test, an_oversized_list_payload_is_refused_unread) {
  EXPECT_EQ(refusal(round_plan{}, shared_bytes::adopt(std::vector<std::byte>((8U << 20) + 1))), errc::too_large);
}
