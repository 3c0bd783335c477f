#include "actors/model/model_file.hpp"

#include "tests/actors/model/model_samples.hpp"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>

/// What every format must do.
namespace fedloom::model {
namespace {

using domain::errc;

/// A model that the format can hold without loss, with as many kinds of tensors as it can.
manifest sample_for(file_format format) {
  switch (format) {
  case file_format::bin:
    return {{{"0", dtype::f64, {37}}}};
  case file_format::f32:
    return {{{"0", dtype::f32, {37}}}};
  case file_format::npz:
  case file_format::safetensors:
  case file_format::flm:
    break;
  }
  auto what = every_type();
  what.tensors.push_back({"layer.weight", dtype::f32, {4, 4}});
  what.tensors.push_back({"größe", dtype::f32, {0}});
  return what;
}

class model_file : public testing::TestWithParam<file_format> {
protected:
  domain::expected<std::vector<std::byte>> read(domain::byte_span given,
                                                std::uint64_t limit = std::uint64_t{1} << 20) const {
    return read_model(given, format, limit);
  }

  /// Whether what was read from damaged bytes is a model or a complaint of the sender's making.
  static bool sound(const domain::expected<std::vector<std::byte>>& stream) {
    return stream ? read_stream(*stream).has_value()
                  : stream.error().code == errc::malformed || stream.error().code == errc::unsupported ||
                        stream.error().code == errc::too_large;
  }

  const file_format format = GetParam();
  const std::vector<std::byte> stream = filled_stream(sample_for(format));
  const std::vector<std::byte> file = model_as({nullptr, stream}, format).value().joined();
};

TEST_P(model_file, a_model_survives_in_memory_and_on_disk) {
  EXPECT_EQ(read(file).value(), stream);
  const scratch_folder folder;
  const auto path = folder / ("model." + std::string(extension(format)));
  ASSERT_TRUE(write_model(stream, format, path));
  EXPECT_EQ(std::filesystem::file_size(path), file.size());
  EXPECT_EQ(read_model(path, format).value(), stream);
}

TEST_P(model_file, a_model_can_be_read_in_pieces_of_any_size) {
  for (const std::size_t piece : {1, 3, 64, 1000, 1 << 20}) {
    auto reader = open_model(file, format);
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->stream_bytes(), stream.size());
    std::vector<std::byte> read;
    std::vector<std::byte> buffer(piece);
    for (std::size_t got = piece; got == piece;) {
      got = reader->read(buffer).value();
      read.insert(read.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
    }
    EXPECT_EQ(read, stream) << piece;
    EXPECT_EQ(reader->read(buffer).value(), 0U) << "it stays at its end";
  }
}

TEST_P(model_file, the_manifest_is_known_before_any_element_is_read) {
  EXPECT_EQ(open_model(file, format)->what(), read_stream(stream)->what);
}

TEST_P(model_file, the_elements_of_a_written_file_are_views_on_the_model) {
  const auto large = domain::shared_bytes::adopt(
      blank_stream({{{"0", format == file_format::bin ? dtype::f64 : dtype::f32, {100000}}}}));
  std::uint64_t copied = 0;
  const auto pieces = model_as(large, format);
  for (const auto& piece : pieces.value().pieces()) {
    const bool inside = piece.data() >= large.data() && piece.data() < large.data() + large.size();
    copied += inside ? 0 : piece.size();
  }
  EXPECT_LT(copied, 1000U);
}

TEST_P(model_file, the_limit_holds) {
  EXPECT_TRUE(read(file, stream.size()));
  for (const std::uint64_t limit : {stream.size() - 1, std::size_t{64}, std::size_t{0}}) {
    EXPECT_EQ(read(file, limit).error().code, errc::too_large) << limit;
  }
}

TEST_P(model_file, a_file_that_ends_too_early_is_no_crash_and_no_other_model) {
  const bool nothing_but_elements = format == file_format::bin || format == file_format::f32;
  for (std::size_t length = 0; length < file.size(); ++length) {
    const auto read_back = read(domain::byte_span(file).first(length));
    ASSERT_TRUE(sound(read_back)) << length;
    ASSERT_TRUE(!read_back || nothing_but_elements) << length;
  }
}

TEST_P(model_file, a_file_with_more_behind_its_end_is_refused) {
  auto longer = file;
  longer.push_back(std::byte{0});
  EXPECT_EQ(read(longer).error().code, errc::malformed);
}

TEST_P(model_file, damage_gives_a_model_or_an_error) {
  std::mt19937_64 random(17);
  for (int i = 0; i < 5000; ++i) {
    auto damaged = file;
    for (auto count = random() % 20 + 1; count > 0; --count) {
      // More often where the structure is than where the elements are.
      const auto at = random() % (random() % 2 == 0 ? damaged.size() : std::min<std::size_t>(damaged.size(), 512));
      damaged[at] = static_cast<std::byte>(random());
    }
    damaged.resize(random() % 4 == 0 ? random() % damaged.size() : damaged.size());
    ASSERT_TRUE(sound(read(damaged))) << i;
  }
}

TEST_P(model_file, noise_gives_a_model_or_an_error) {
  std::mt19937_64 random(19);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> noise(random() % 300);
    std::ranges::generate(noise, [&] { return static_cast<std::byte>(random()); });
    // Half of them begin as such files do.
    const auto intact = random() % 2 == 0 ? random() % 40 : 0;
    std::copy_n(file.begin(), std::min<std::size_t>(intact, noise.size()), noise.begin());
    ASSERT_TRUE(sound(read(noise))) << i;
  }
}

TEST_P(model_file, complaints_name_the_file) {
  const scratch_folder folder;
  EXPECT_EQ(read_model(folder / "absent", format).error().code, errc::not_found);
  EXPECT_EQ(read_model(folder.path(), format).error().code, errc::not_found) << "a folder";
  std::ofstream(folder / "short") << "abc";
  const auto read_back = read_model(folder / "short", format);
  EXPECT_EQ(read_back.error().code, errc::malformed);
  EXPECT_EQ(read_back.error().text.find((folder / "short").string()), 0U) << read_back.error().text;
}

TEST_P(model_file, what_is_no_stream_is_not_written) {
  const scratch_folder folder;
  EXPECT_EQ(write_model(domain::as_bytes("no stream"), format, folder / "model").error().code, errc::malformed);
  EXPECT_EQ(write_model(stream, format, folder / "absent/model").error().code, errc::storage_failed);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

INSTANTIATE_TEST_SUITE_P(formats, model_file, testing::ValuesIn(file_formats()),
                         [](const auto& each) { return std::string(extension(each.param)); });

TEST(model_format_test, every_format_is_found_by_its_helper_its_ending_and_its_files) {
  for (const auto format : file_formats()) {
    EXPECT_EQ(format_named(helper_name(format)).value(), format);
    EXPECT_EQ(format_named(extension(format)).value(), format);
    EXPECT_EQ(format_of("some/folder.npz/my.model." + std::string(extension(format))).value(), format);
  }
  EXPECT_EQ(format_named("androidhelper").value(), file_format::f32);
}

TEST(model_format_test, unknown_formats_are_refused_with_what_there_is) {
  EXPECT_EQ(format_of("seed.pt").error().text, "\"seed.pt\" does not end with .npz, .bin, .f32, .safetensors or .flm: "
                                               "name it so, or say which helper wrote it");
  EXPECT_EQ(format_named("splitlearninghelper").error().text,
            "\"splitlearninghelper\" is no format of models; it must be numpyhelper, binaryhelper, androidhelper, "
            "safetensors or flm, or npz, bin, f32, safetensors or flm");
  for (const auto* name : {"", "npz", ".npz", "seed.", "seed.npz/", "seed.NPZ"}) {
    EXPECT_EQ(format_of(name).error().code, errc::malformed) << name;
  }
  EXPECT_EQ(format_named("").error().code, errc::malformed);
}

long peak_kilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(model_reader_test, a_large_file_is_read_in_little_memory) {
  constexpr std::uint64_t file_bytes = std::uint64_t{256} << 20;
  const scratch_folder folder;
  std::ofstream(folder / "large.bin").close();
  std::filesystem::resize_file(folder / "large.bin", file_bytes); // takes no room on the disk
  std::vector<std::byte> buffer(std::size_t{1} << 18);
  const auto before = peak_kilobytes();
  auto reader = open_model(folder / "large.bin", file_format::bin);
  std::uint64_t bytes = 0;
  for (std::size_t got = 1; got > 0; bytes += got) {
    got = reader->read(buffer).value();
  }
  EXPECT_EQ(bytes, reader->stream_bytes());
  EXPECT_LT(peak_kilobytes() - before, 32 << 10);
}

TEST(model_reader_test, the_verdict_on_a_tensor_comes_with_its_last_byte) {
  const auto stream = filled_stream({{{"0", dtype::u8, {100}}, {"1", dtype::u8, {100}}}});
  auto file = model_as({nullptr, stream}, file_format::npz).value().joined();
  const auto second = std::ranges::search(file, read_stream(stream)->data.subspan(128, 100));
  ASSERT_FALSE(second.empty());
  second.front() ^= std::byte{1};
  auto reader = *open_model(file, file_format::npz);
  std::vector<std::byte> most(stream.size() - 29); // all but the last byte and the 28 of padding
  ASSERT_EQ(reader.read(most).value(), most.size());
  std::vector<std::byte> last(1);
  const auto read = reader.read(last);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().text, "tensor \"1\": the archive is damaged: a member's checksum is wrong");
}

TEST(model_reader_test, the_rest_can_be_read_after_a_beginning) {
  const auto stream = filled_stream({{{"0", dtype::f64, {100}}}});
  auto reader = *open_model(stream, file_format::flm);
  std::vector<std::byte> beginning(100);
  ASSERT_EQ(reader.read(beginning).value(), 100U);
  const auto rest = reader.read_rest().value();
  EXPECT_TRUE(std::ranges::equal(rest, std::span(stream).subspan(100)));
}

TEST(raw_files_test, tensors_are_written_one_behind_the_other_and_read_as_one) {
  const auto stream = filled_stream({{{"w", dtype::f64, {2, 3}}, {"none", dtype::f64, {0}}, {"b", dtype::f64, {}}}});
  const auto file = model_as({nullptr, stream}, file_format::bin).value().joined();
  ASSERT_EQ(file.size(), 7U * 8);
  const auto again = read_model(file, file_format::bin).value();
  const auto view = read_stream(again);
  EXPECT_EQ(view->what, (manifest{{{"0", dtype::f64, {7}}}}));
  EXPECT_TRUE(std::ranges::equal(view->data.first(56), file));
}

TEST(raw_files_test, other_types_are_refused_by_name) {
  const auto stream = filled_stream({{{"w", dtype::f64, {2}}, {"b", dtype::f32, {1}}}});
  EXPECT_EQ(model_as({nullptr, stream}, file_format::bin).error().text,
            "tensor \"b\" is float32, this format holds float64 alone");
  EXPECT_EQ(model_as({nullptr, stream}, file_format::f32).error().code, errc::unsupported);
}

TEST(raw_files_test, parts_of_elements_are_refused) {
  const std::string bytes(12, 'x');
  EXPECT_EQ(read_model(domain::as_bytes(bytes), file_format::bin).error().text,
            "it has 12 bytes, which is no number of whole float64 elements");
  EXPECT_TRUE(read_model(domain::as_bytes(bytes), file_format::f32));
}

TEST(stream_files_test, padding_that_is_not_zero_is_refused) {
  auto stream = filled_stream({{{"a", dtype::u8, {3}}, {"b", dtype::u8, {64}}}});
  ASSERT_TRUE(read_model(stream, file_format::flm));
  data_of(stream)[3] = std::byte{1};
  EXPECT_EQ(read_model(stream, file_format::flm).error().text, "tensor \"a\": the padding behind it is not zero");
}

} // namespace
} // namespace fedloom::model
