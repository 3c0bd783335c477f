#include "actors/model/zip_reader.hpp"
#include "actors/model/zip_writer.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

namespace fedloom::model {
namespace {

using domain::errc;

const std::vector<std::string> contents{"short", std::string(500, 'x'), "", "also short"};

std::vector<std::byte> archive_of(std::uint64_t zip64_from) {
  zip_writer zip(zip64_from);
  for (std::size_t i = 0; i < contents.size(); ++i) {
    file_pieces content; // of two pieces
    content.append(contents[i].substr(0, 3));
    content.append(contents[i].substr(std::min<std::size_t>(3, contents[i].size())));
    zip.add(std::to_string(i), content);
  }
  return zip.finish().joined();
}

domain::expected<zip_reader> reader_of(domain::byte_span archive, std::size_t limit = 10) {
  return zip_reader::open(open_source(archive), limit);
}

errc code_of(domain::byte_span archive, std::size_t limit = 10) {
  const auto zip = reader_of(archive, limit);
  return zip ? errc::none : zip.error().code;
}

TEST(zip_test, members_survive_with_and_without_zip64) {
  for (const std::uint64_t zip64_from : {0, 500, 501}) {
    const auto archive = archive_of(zip64_from);
    auto zip = reader_of(archive, contents.size());
    ASSERT_TRUE(zip) << zip.error().text;
    ASSERT_EQ(zip->members().size(), contents.size());
    for (std::size_t i = contents.size(); i-- > 0;) { // in any order
      std::string text(contents[i].size(), '\0');
      ASSERT_TRUE(zip->enter(zip->members()[i])) << "member " << i << ", zip64 from " << zip64_from;
      ASSERT_TRUE(zip->read(std::as_writable_bytes(std::span(text))));
      ASSERT_TRUE(zip->leave());
      EXPECT_EQ(text, contents[i]);
      EXPECT_EQ(zip->members()[i].name, std::to_string(i));
    }
  }
}

TEST(zip_test, more_than_65535_members_survive) {
  constexpr std::size_t count = 70000;
  zip_writer zip;
  for (std::size_t i = 0; i < count; ++i) {
    zip.add(std::to_string(i), {});
  }
  const auto archive = zip.finish().joined();
  const auto read = reader_of(archive, count);
  ASSERT_TRUE(read) << read.error().text;
  ASSERT_EQ(read->members().size(), count);
  EXPECT_EQ(read->members().back().name, "69999");
}

TEST(zip_test, names_beyond_ascii_are_marked_as_utf8) {
  const auto flags_of = [](const std::string& name) {
    zip_writer zip;
    zip.add(name, {});
    const auto archive = zip.finish().joined();
    std::uint16_t flags = 0;
    std::memcpy(&flags, archive.data() + 6, sizeof flags);
    return flags;
  };
  EXPECT_EQ(flags_of("plain"), 0);
  EXPECT_EQ(flags_of("größe"), 1 << 11);
}

TEST(zip_test, more_members_than_the_limit_are_refused) {
  const auto archive = archive_of(1000);
  EXPECT_EQ(code_of(archive, contents.size()), errc::none);
  EXPECT_EQ(code_of(archive, contents.size() - 1), errc::too_large);
}

TEST(zip_test, reading_beyond_a_member_is_refused) {
  const auto archive = archive_of(1000);
  auto zip = *reader_of(archive);
  std::vector<std::byte> into(6);
  ASSERT_TRUE(zip.enter(zip.members()[0]));
  EXPECT_EQ(zip.read(into).error().code, errc::malformed);
}

/// The archive with a field of the first directory entry overwritten.
template <class T>
std::vector<std::byte> with_field(std::size_t offset, T value) {
  auto archive = archive_of(1000);
  const std::string_view text(reinterpret_cast<const char*>(archive.data()), archive.size());
  const auto entry = text.find("PK\1\2");
  EXPECT_NE(entry, std::string_view::npos);
  std::memcpy(archive.data() + entry + offset, &value, sizeof value);
  return archive;
}

TEST(zip_test, encrypted_and_strangely_packed_members_are_unsupported) {
  EXPECT_EQ(code_of(with_field<std::uint16_t>(8, 1)), errc::unsupported);
  EXPECT_EQ(code_of(with_field<std::uint16_t>(10, 12)), errc::unsupported) << "bzip2";
}

TEST(zip_test, lengths_that_cannot_be_are_malformed) {
  EXPECT_EQ(code_of(with_field<std::uint32_t>(24, 1000000)), errc::malformed) << "stored, with two lengths";
  auto bomb = with_field<std::uint16_t>(10, 8);
  const std::string_view text(reinterpret_cast<const char*>(bomb.data()), bomb.size());
  const std::uint32_t unpacked = 0xfffffff0;
  std::memcpy(bomb.data() + text.find("PK\1\2") + 24, &unpacked, sizeof unpacked);
  EXPECT_EQ(code_of(bomb), errc::malformed) << "deflate packs no better than 1:1032";
}

} // namespace
} // namespace fedloom::model
