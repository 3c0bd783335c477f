#include "actors/model/file_pieces.hpp"

#include "tests/actors/model/model_samples.hpp"
#include "tests/support/small_disk.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace fedloom::model {
namespace {

using domain::errc;

file_pieces three_pieces() {
  file_pieces file;
  file.append(std::string("abc"));
  file.append(std::string());
  file.append(domain::shared_bytes::copy_of(std::string_view("de")));
  file.append(std::string("f"));
  return file;
}

std::string text_of(const file_pieces& file) {
  const auto bytes = file.joined();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(file_pieces_test, pieces_stand_one_behind_the_other_and_none_is_empty) {
  const auto file = three_pieces();
  EXPECT_EQ(text_of(file), "abcdef");
  EXPECT_EQ(file.size(), 6U);
  EXPECT_EQ(file.pieces().size(), 3U);
}

TEST(file_pieces_test, every_range_can_be_taken) {
  const std::string all = "abcdef";
  for (std::size_t offset = 0; offset <= all.size(); ++offset) {
    for (std::size_t count = 0; count <= all.size() + 1; ++count) {
      const auto part = three_pieces().range(offset, count);
      EXPECT_EQ(text_of(part), all.substr(offset, count)) << offset << ", " << count;
      EXPECT_EQ(part.size(), all.substr(offset, count).size());
    }
  }
  EXPECT_EQ(three_pieces().range(7, 1).size(), 0U) << "behind the end";
}

TEST(file_pieces_test, nothing_is_copied_for_a_range) {
  const auto bytes = domain::shared_bytes::copy_of(std::string_view("0123456789"));
  file_pieces file;
  file.append(bytes);
  EXPECT_EQ(file.range(3, 4).pieces().at(0).data(), bytes.data() + 3);
}

TEST(file_pieces_test, a_file_appears_whole_or_not_at_all) {
  const scratch_folder folder;
  ASSERT_TRUE(three_pieces().write_to(folder / "file"));
  std::ifstream input(folder / "file", std::ios::binary);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(input), {}}), "abcdef");
  const auto nowhere = three_pieces().write_to(folder / "absent/file");
  EXPECT_EQ(nowhere.error().code, errc::storage_failed);
  EXPECT_NE(nowhere.error().text.find("absent/file"), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(file_pieces_test, a_full_disk_is_said_and_nothing_is_left_on_it) {
  const scratch_folder folder;
  const test::small_disk disk(folder / "disk", 1 << 20);
  if (!disk.mounted()) {
    GTEST_SKIP() << "needs the right to mount";
  }
  file_pieces file;
  for (int i = 0; i < 3; ++i) {
    file.append(std::string(500000, 'x'));
  }
  const auto written = file.write_to(disk.path() / "file");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, errc::storage_full) << written.error().text;
  EXPECT_TRUE(std::filesystem::is_empty(disk.path()));
  EXPECT_TRUE(three_pieces().write_to(disk.path() / "file"));
}

} // namespace
} // namespace fedloom::model
