#include "actors/model/stream.hpp"

#include "tests/actors/model/model_samples.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <set>

namespace fedloom::model {
namespace {

using domain::errc;

template <class T>
void put(std::vector<std::byte>& stream, std::size_t offset, T value) {
  std::memcpy(stream.data() + offset, &value, sizeof value);
}

TEST(stream_test, what_was_written_is_read) {
  const auto what = every_type();
  const auto stream = filled_stream(what);
  EXPECT_EQ(stream.size(), stream_bytes_of(what));
  const auto view = read_stream(stream);
  ASSERT_TRUE(view) << view.error().text;
  EXPECT_EQ(view->what, what);
  EXPECT_EQ(view->head_bytes, head_of(what).size());
  EXPECT_EQ(view->data.size(), what.data_bytes());
}

TEST(stream_test, a_model_without_tensors_is_a_head) {
  const auto stream = blank_stream({});
  EXPECT_EQ(stream.size(), 64U);
  EXPECT_TRUE(read_stream(stream));
}

TEST(stream_test, no_element_straddles_two_chunks) {
  constexpr std::uint64_t chunk = std::uint64_t{1} << 20;
  for (const auto type : all_types) {
    const manifest what{{{"0", dtype::u8, {7}}, {"1", type, {300001}}, {"2", dtype::f64, {300001}}}};
    const auto begin = head_of(what).size();
    const auto offsets = what.offsets();
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const auto first = begin + offsets[i];
      for (auto border = chunk; border < stream_bytes_of(what); border += chunk) {
        if (border > first && border < first + what.tensors[i].bytes()) {
          EXPECT_EQ((border - first) % size_of(what.tensors[i].type), 0U);
        }
      }
    }
  }
}

TEST(stream_test, only_the_canonical_head_is_read) {
  const auto stream = filled_stream({{{"abc", dtype::f32, {2}}}});
  ASSERT_TRUE(read_stream(stream));
  for (const std::size_t reserved : {20, 35, 39, 40, 63}) { // the zero word, the name's padding, the head's padding
    auto altered = stream;
    altered[reserved] = std::byte{1};
    EXPECT_EQ(read_stream(altered).error().code, errc::malformed) << reserved;
  }
  auto longer = stream; // 64 zeros more than the head needs
  longer.insert(longer.begin() + 64, 64, std::byte{0});
  put<std::uint32_t>(longer, 8, 128);
  EXPECT_EQ(read_stream(longer).error().code, errc::malformed);
}

TEST(stream_test, the_padding_between_tensors_is_zero) {
  const manifest what{{{"0", dtype::u8, {3}}, {"1", dtype::u8, {3}}}};
  const auto stream = filled_stream(what);
  for (const std::size_t offset : {3, 63, 64 + 3, 127}) {
    auto altered = stream;
    data_of(altered)[offset] = std::byte{1};
    EXPECT_EQ(read_stream(altered).error().code, errc::malformed) << offset;
  }
}

TEST(stream_test, the_length_is_exactly_that_of_the_manifest) {
  auto stream = filled_stream({{{"0", dtype::f32, {100}}}});
  for (std::size_t length = 0; length < stream.size(); ++length) {
    const auto part = domain::byte_span(stream).first(length);
    EXPECT_EQ(read_stream(part).error().code, errc::malformed) << length;
    EXPECT_EQ(read_stream(part, false).has_value(), length >= 64) << length;
  }
  stream.push_back(std::byte{0});
  EXPECT_EQ(read_stream(stream).error().code, errc::malformed);
  EXPECT_EQ(read_stream(stream, false).error().code, errc::malformed);
}

TEST(stream_test, refuses_two_tensors_of_one_name) {
  const auto stream = blank_stream({{{"a", dtype::f32, {1}}, {"a", dtype::f32, {2}}}});
  EXPECT_EQ(read_stream(stream).error().code, errc::malformed);
}

TEST(stream_test, limits_hold) {
  const auto code = [](const manifest& what, const stream_limits& limits) {
    const auto head = head_of(what);
    const auto view = read_stream(head, false, limits);
    return view ? errc::none : view.error().code;
  };
  const manifest two{{{"0", dtype::f32, {1}}, {"1", dtype::f32, {1, 1, 1}}}};
  EXPECT_EQ(code(two, {2, 3, 256}), errc::none);
  EXPECT_EQ(code(two, {1, 3, 256}), errc::too_large);
  EXPECT_EQ(code(two, {2, 2, 256}), errc::too_large);
  EXPECT_EQ(code(two, {2, 3, 255}), errc::too_large);
  const std::uint64_t huge = std::uint64_t{1} << 62;
  EXPECT_EQ(code({{{"0", dtype::f64, {huge, huge}}}}, {}), errc::too_large);
  EXPECT_EQ(code({{{"0", dtype::f64, {huge, 0}}}}, {}), errc::too_large);
  EXPECT_EQ(code({{{"0", dtype::u8, {huge}}, {"1", dtype::u8, {huge * 3}}}}, {}), errc::too_large);
}

TEST(stream_test, damaged_heads_never_crash) {
  const auto stream = filled_stream(every_type());
  std::mt19937_64 random(3);
  for (int i = 0; i < 20000; ++i) {
    auto damaged = stream;
    for (auto flips = random() % 4 + 1; flips > 0; --flips) {
      damaged[random() % 512] ^= static_cast<std::byte>(1U << random() % 8);
    }
    damaged.resize(random() % 3 == 0 ? random() % damaged.size() : damaged.size());
    const auto view = read_stream(damaged, random() % 2 == 0);
    EXPECT_TRUE(view || !view.error().text.empty());
    id_of(damaged);
  }
}

class model_id_test : public testing::Test {
protected:
  // More than two leaves, the last one not full.
  std::vector<std::byte> stream = filled_stream({{{"0", dtype::f32, {200000}}, {"1", dtype::f64, {200001}}}});
};

TEST_F(model_id_test, does_not_depend_on_the_cut_into_pieces) {
  const auto whole = domain::shared_bytes::copy_of(stream);
  const auto expected = id_of(stream);
  std::mt19937_64 random(5);
  for (const std::size_t longest :
       {std::size_t{100}, std::size_t{1} << 17, std::size_t{1} << 20, std::size_t{3} << 20}) {
    std::vector<domain::shared_bytes> pieces;
    for (std::size_t at = 0; at < whole.size();) {
      pieces.push_back(whole.slice(at, random() % longest + 1));
      at += pieces.back().size();
    }
    EXPECT_EQ(id_of(pieces), expected) << longest;
  }
}

TEST_F(model_id_test, depends_on_every_part) {
  std::set<domain::model_id> seen{id_of(stream)};
  for (const std::size_t at : {std::size_t{16}, std::size_t{100}, std::size_t{1} << 20, stream.size() - 64}) {
    auto altered = stream;
    altered[at] ^= std::byte{1};
    EXPECT_TRUE(seen.insert(id_of(altered)).second) << at;
  }
  EXPECT_TRUE(seen.insert(id_of(domain::byte_span(stream).first(stream.size() - 1))).second);
}

TEST_F(model_id_test, is_the_same_in_every_release) {
  EXPECT_EQ(to_hex(id_of(blank_stream({{{"0", dtype::f32, {2, 3}}}}))),
            "2dafce52d11b929d74f70caee2bf8b6dc96ca4091bf5d0a36b2b867b60482f4c");
}

TEST_F(model_id_test, of_no_stream_at_all_is_no_crash) {
  id_of(domain::byte_span{});
  id_of(std::vector<domain::shared_bytes>{});
  id_of(domain::as_bytes("FLMODEL1\xff\xff"));
  EXPECT_NE(id_of(domain::as_bytes("abc")), id_of(domain::byte_span{}));
}

} // namespace
} // namespace fedloom::model
