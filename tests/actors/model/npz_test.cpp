#include "actors/model/npz.hpp"

#include "tests/actors/model/model_samples.hpp"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

namespace fedloom::model {
namespace {

using domain::errc;

std::vector<std::string> names_of(const std::vector<std::byte>& stream) {
  std::vector<std::string> names;
  const auto view = read_stream(stream);
  for (const auto& tensor : view->what.tensors) {
    names.push_back(tensor.name);
  }
  return names;
}

TEST(npz_test, a_stream_survives_the_archive_in_memory_and_as_a_file) {
  const auto stream = filled_stream(every_type());
  const auto archive = npz_from_stream(stream);
  ASSERT_TRUE(archive);
  EXPECT_EQ(stream_from_npz(*archive).value(), stream);
  const scratch_folder folder;
  ASSERT_TRUE(write_npz(stream, folder / "model.npz"));
  EXPECT_EQ(stream_from_npz(folder / "model.npz").value(), stream);
  std::ifstream file(folder / "model.npz", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(std::ranges::equal(domain::as_bytes(text), *archive)) << "both ways write the same bytes";
}

TEST(npz_test, positions_come_first_in_numeric_order_and_other_names_after_them_as_they_stand) {
  manifest what;
  for (const auto* name : {"bias", "10", "2", "conv.weight", "007", "0", "apple"}) {
    what.tensors.push_back({name, dtype::f32, {2}});
  }
  const auto stream = stream_from_npz(*npz_from_stream(filled_stream(what)));
  ASSERT_TRUE(stream);
  EXPECT_EQ(names_of(*stream), (std::vector<std::string>{"0", "2", "10", "bias", "conv.weight", "007", "apple"}));
}

TEST(npz_test, writes_nothing_under_the_name_when_it_cannot_write_all) {
  const scratch_folder folder;
  EXPECT_EQ(write_npz(filled_stream(every_type()), folder / "absent/model.npz").error().code, errc::storage_failed);
  EXPECT_EQ(write_npz(domain::as_bytes("no stream"), folder / "model.npz").error().code, errc::malformed);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(npz_test, replaces_an_older_file_and_leaves_no_other_behind) {
  const scratch_folder folder;
  const auto newer = filled_stream(every_type(), 2);
  ASSERT_TRUE(write_npz(filled_stream(every_type(), 1), folder / "model.npz"));
  ASSERT_TRUE(write_npz(newer, folder / "model.npz"));
  EXPECT_EQ(stream_from_npz(folder / "model.npz").value(), newer);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(npz_test, the_limit_holds_before_memory_is_taken) {
  const auto stream = filled_stream({{{"0", dtype::f32, {1000}}}});
  const auto archive = *npz_from_stream(stream);
  EXPECT_TRUE(stream_from_npz(archive, stream.size()));
  EXPECT_EQ(stream_from_npz(archive, stream.size() - 1).error().code, errc::too_large);
  EXPECT_EQ(stream_from_npz(archive, 1).error().code, errc::too_large);
}

TEST(npz_test, a_shape_that_the_member_does_not_hold_is_refused) {
  auto archive = *npz_from_stream(filled_stream({{{"0", dtype::f32, {10}}}}));
  const std::string_view text(reinterpret_cast<const char*>(archive.data()), archive.size());
  const auto at = text.find("(10,)");
  ASSERT_NE(at, std::string_view::npos);
  std::memcpy(archive.data() + at, "(11,)", 5);
  EXPECT_EQ(stream_from_npz(archive).error().code, errc::malformed);
}

TEST(npz_test, what_is_no_archive_is_refused) {
  const scratch_folder folder;
  EXPECT_EQ(stream_from_npz(folder / "absent.npz").error().code, errc::not_found);
  std::ofstream(folder / "text.npz") << "this is a text";
  EXPECT_EQ(stream_from_npz(folder / "text.npz").error().code, errc::malformed);
  EXPECT_EQ(stream_from_npz(domain::byte_span{}).error().code, errc::malformed);
  EXPECT_EQ(stream_from_npz(*npz_from_stream(blank_stream({}))).error().code, errc::malformed) << "no arrays";
}

TEST(npz_test, every_truncated_archive_is_refused) {
  const auto archive = *npz_from_stream(filled_stream(every_type()));
  for (std::size_t length = 0; length < archive.size(); ++length) {
    EXPECT_FALSE(stream_from_npz(domain::byte_span(archive).first(length))) << length;
  }
}

TEST(npz_test, a_flipped_bit_never_crashes_and_never_alters_an_element_in_silence) {
  const auto stream = filled_stream({{{"0", dtype::u8, {300}}, {"1", dtype::f32, {5, 5}}}});
  const auto archive = *npz_from_stream(stream);
  for (std::size_t bit = 0; bit < archive.size() * 8; ++bit) {
    auto damaged = archive;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    const auto read = stream_from_npz(damaged, std::uint64_t{1} << 20);
    if (read && names_of(*read) == names_of(stream)) {
      ASSERT_EQ(*read, stream) << "bit " << bit;
    }
  }
}

TEST(npz_test, random_damage_never_crashes) {
  const auto archive = *npz_from_stream(filled_stream(every_type()));
  std::mt19937_64 random(11);
  for (int i = 0; i < 3000; ++i) {
    auto damaged = archive;
    for (auto count = random() % 30 + 1; count > 0; --count) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    }
    const auto read = stream_from_npz(damaged, std::uint64_t{1} << 20);
    EXPECT_TRUE(!read || read_stream(*read));
  }
}

} // namespace
} // namespace fedloom::model
