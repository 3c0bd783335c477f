#include "messages/codec/frame.hpp"
#include "tests/messages/samples.hpp"

#include <flatbuffers/flatbuffers.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

using namespace fedloom;
using namespace fedloom::domain;
using codec::decode;
using codec::encode;
using test::message_with;

namespace {

using bytes = std::vector<std::byte>;

bytes frame_of(const message& what) {
  auto wire = encode(what);
  EXPECT_TRUE(wire) << (wire ? "" : to_string(wire.error()));
  return std::move(wire->frame);
}

errc refusal(const bytes& frame) {
  const auto answer = decode(frame, {});
  return answer ? errc::none : answer.error().code;
}

/// The vtable slot of the field with this id, as FlatBuffers lays it down.
constexpr flatbuffers::voffset_t slot(int id) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * id);
}

/// A frame made by hand: the frame's own fields 0 (version) and 7 (kind of body), and a body table with one byte as its
/// field 0 and another as its field 1.
bytes handmade_frame(std::uint16_t version, std::uint8_t kind, std::uint8_t first, std::uint8_t second,
                     const char* identifier = "FLMF") {
  flatbuffers::FlatBufferBuilder out;
  auto start = out.StartTable();
  out.AddElement<std::uint8_t>(slot(0), first, 0);
  out.AddElement<std::uint8_t>(slot(1), second, 0);
  const flatbuffers::Offset<void> body{out.EndTable(start)};
  start = out.StartTable();
  out.AddElement<std::uint16_t>(slot(0), version, 0);
  out.AddElement<std::uint8_t>(slot(7), kind, 0);
  out.AddOffset(slot(8), body);
  out.Finish(flatbuffers::Offset<flatbuffers::Table>{out.EndTable(start)}, identifier);
  const auto* begin = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  return {begin, begin + out.GetSize()};
}

constexpr std::uint8_t kind_of_receipt = 23;

} // namespace

TEST(hostile_frame_test, nothing_is_malformed) {
  EXPECT_EQ(refusal({}), errc::malformed);
}

TEST(hostile_frame_test, garbage_of_any_length_is_malformed) {
  std::mt19937 random{20};
  for (std::size_t length = 0; length < 2000; ++length) {
    bytes garbage(length % 500);
    for (auto& byte : garbage) {
      byte = static_cast<std::byte>(random());
    }
    if (length % 2 == 0 && garbage.size() >= 8) {
      std::memcpy(garbage.data() + 4, "FLMF", 4);
    }
    const auto code = refusal(garbage);
    EXPECT_TRUE(code == errc::malformed || code == errc::wrong_version);
  }
}

TEST(hostile_frame_test, a_frame_cut_at_any_length_is_never_read_past_its_end) {
  for (const auto& sample : test::sample_messages()) {
    const auto frame = frame_of(sample);
    for (std::size_t length = 0; length < frame.size(); ++length) {
      // A vector of exactly this length, so that the address sanitizer sees a read past the cut.
      const auto answer = decode(bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length)), {});
      // Only padding may be missing from a frame that is still understood.
      if (answer) {
        EXPECT_GE(length + 8, frame.size()) << name_of(sample.what);
        EXPECT_EQ(answer->what.index(), sample.what.index());
      } else {
        EXPECT_TRUE(answer.error().code == errc::malformed || answer.error().code == errc::wrong_version);
      }
    }
  }
}

TEST(hostile_frame_test, any_single_flipped_bit_gives_a_message_or_a_refusal) {
  for (const auto& sample : test::sample_messages()) {
    auto frame = frame_of(sample);
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
      const auto mask = static_cast<std::byte>(1U << (bit % 8));
      frame[bit / 8] ^= mask;
      const auto code = refusal(frame);
      EXPECT_TRUE(code == errc::none || code == errc::malformed || code == errc::wrong_version) << to_string(code);
      frame[bit / 8] ^= mask;
    }
  }
}

TEST(hostile_frame_test, many_changed_bytes_give_a_message_or_a_refusal) {
  std::mt19937 random{21};
  const auto samples = test::sample_messages();
  for (int run = 0; run < 20000; ++run) {
    auto frame = frame_of(samples[static_cast<std::size_t>(run) % samples.size()]);
    for (auto changes = random() % 8 + 1; changes > 0; --changes) {
      frame[random() % frame.size()] = static_cast<std::byte>(random() % 4 == 0 ? 0xff : random());
    }
    const auto code = refusal(frame);
    EXPECT_TRUE(code == errc::none || code == errc::malformed || code == errc::wrong_version);
  }
}

TEST(hostile_frame_test, a_frame_of_another_version_is_told_from_a_damaged_one) {
  EXPECT_EQ(refusal(handmade_frame(2, kind_of_receipt, 1, 2)), errc::wrong_version);
  EXPECT_EQ(refusal(handmade_frame(0, kind_of_receipt, 1, 2)), errc::wrong_version);
  EXPECT_EQ(refusal(handmade_frame(7, 200, 1, 2)), errc::wrong_version);
}

TEST(hostile_frame_test, another_identifier_is_malformed) {
  EXPECT_EQ(refusal(handmade_frame(1, kind_of_receipt, 1, 2, "FLMX")), errc::malformed);
}

TEST(hostile_frame_test, an_unknown_kind_is_malformed) {
  EXPECT_EQ(refusal(handmade_frame(1, kind_of_receipt, 1, 2)), errc::none);
  EXPECT_EQ(refusal(handmade_frame(1, 0, 1, 2)), errc::malformed);
  EXPECT_EQ(refusal(handmade_frame(1, static_cast<std::uint8_t>(std::variant_size_v<body> + 1), 1, 2)),
            errc::malformed);
  EXPECT_EQ(refusal(handmade_frame(1, 255, 1, 2)), errc::malformed);
}

TEST(hostile_frame_test, an_enumerator_that_is_unspecified_or_unknown_is_malformed) {
  EXPECT_EQ(refusal(handmade_frame(1, kind_of_receipt, 0, 2)), errc::malformed);
  EXPECT_EQ(refusal(handmade_frame(1, kind_of_receipt, 4, 2)), errc::malformed);
  EXPECT_EQ(refusal(handmade_frame(1, kind_of_receipt, 1, 0)), errc::malformed);
  EXPECT_EQ(refusal(handmade_frame(1, kind_of_receipt, 1, 5)), errc::malformed);
  round_plan plan;
  plan.weights = weighting::unspecified;
  EXPECT_EQ(refusal(frame_of(message_with(plan))), errc::malformed);
}

TEST(hostile_frame_test, a_reason_that_a_newer_peer_gives_is_read_as_unsupported) {
  const auto frame = frame_of(message_with(refused{{static_cast<errc>(999), "the moon is full"}, milliseconds{0}}));
  const auto answer = decode(frame, {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<refused>(answer->what).reason, (error{errc::unsupported, "the moon is full"}));
}

TEST(hostile_frame_test, a_frame_above_the_bound_is_refused_unread) {
  auto frame = frame_of(message_with(heartbeat{1}));
  frame.resize(codec::max_frame_bytes);
  EXPECT_EQ(refusal(frame), errc::none);
  frame.resize(codec::max_frame_bytes + 1);
  EXPECT_EQ(refusal(frame), errc::too_large);
}

TEST(hostile_frame_test, a_frame_is_read_from_any_address) {
  for (const auto& sample : test::sample_messages()) {
    const auto wire = encode(sample);
    ASSERT_TRUE(wire);
    for (std::size_t shift = 1; shift < 8; ++shift) {
      bytes moved(shift);
      moved.insert(moved.end(), wire->frame.begin(), wire->frame.end());
      const auto answer = decode(byte_span(moved).subspan(shift), wire->payload);
      ASSERT_TRUE(answer) << name_of(sample.what);
      EXPECT_TRUE(answer->what == sample.what);
    }
  }
}

TEST(hostile_frame_test, ids_that_are_spelt_wrong_are_malformed) {
  const client_id bad_client{"two words"};
  const combiner_id bad_combiner{"a/b"};
  for (const body& what :
       {body{join{bad_client, "", {}, {}, 1}}, body{join{client_id{""}, "", {}, {}, 1}},
        body{join{client_id{"ok"}, "", bad_combiner, {}, 1}}, body{combiner_hello{bad_combiner, "tcp://h:1", 1}},
        body{combiner_hello{combiner_id{""}, "tcp://h:1", 1}}, body{placement{bad_combiner, "tcp://h:1", {}, {}}},
        body{expect_client{bad_client, {}, 1, {}}}, body{client_hello{bad_client, {}}}}) {
    EXPECT_EQ(refusal(frame_of(message_with(what))), errc::malformed) << name_of(what);
  }
}

TEST(hostile_frame_test, an_endpoint_with_control_characters_is_malformed) {
  EXPECT_EQ(refusal(frame_of(message_with(combiner_hello{combiner_id{"c"}, "tcp://h:1\n", 1}))), errc::malformed);
}

TEST(hostile_frame_test, a_session_that_is_no_uuid_is_malformed) {
  auto what = message_with(heartbeat{1});
  what.head.round.session = session_id{"../../etc"};
  EXPECT_EQ(refusal(frame_of(what)), errc::malformed);
}
