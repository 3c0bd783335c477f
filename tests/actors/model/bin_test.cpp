#include "actors/model/bin.hpp"

#include "actors/model/stream.hpp"
#include "tests/actors/model/model_samples.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fedloom::model {
namespace {

using domain::errc;

TEST(bin_test, raw_bytes_are_one_tensor_named_0) {
  const auto stream = stream_from_bin(domain::as_bytes("raw bytes"));
  ASSERT_TRUE(stream);
  EXPECT_EQ(read_stream(*stream)->what, (manifest{{{"0", dtype::u8, {9}}}}));
  EXPECT_TRUE(std::ranges::equal(bin_from_stream(*stream).value(), domain::as_bytes("raw bytes")));
}

TEST(bin_test, a_file_survives) {
  const scratch_folder folder;
  for (const std::uint64_t length : {0, 1, 64, 100000}) {
    const auto stream = filled_stream({{{"0", dtype::u8, {length}}}});
    ASSERT_TRUE(write_bin(stream, folder / "model.bin"));
    EXPECT_EQ(std::filesystem::file_size(folder / "model.bin"), length);
    EXPECT_EQ(stream_from_bin(folder / "model.bin").value(), stream);
  }
}

TEST(bin_test, refuses_what_it_cannot_hold) {
  const scratch_folder folder;
  EXPECT_EQ(bin_from_stream(filled_stream(every_type())).error().code, errc::unsupported);
  EXPECT_EQ(write_bin(filled_stream({{{"0", dtype::f32, {1}}}}), folder / "x").error().code, errc::unsupported);
  EXPECT_EQ(stream_from_bin(domain::as_bytes(std::string(65, 'x')), 64).error().code, errc::too_large);
  EXPECT_EQ(stream_from_bin(folder / "absent.bin").error().code, errc::not_found);
  EXPECT_EQ(write_bin(filled_stream({{{"0", dtype::u8, {1}}}}), folder / "absent/x").error().code,
            errc::storage_failed);
}

} // namespace
} // namespace fedloom::model
