#include "services/runtime/multipart.hpp"

#include <gtest/gtest.h>

namespace fedloom::runtime {

namespace {

/// Writes down what it receives: "name=bytes;" and "name(file)=bytes;".
struct note_sink final : multipart_sink {
  std::string notes;

  domain::expected<void> begin_part(const std::string& field, const std::optional<std::string>& file) override {
    notes += field + (file ? '(' + *file + ')' : "") + '=';
    return {};
  }
  domain::expected<void> part_bytes(std::string_view bytes) override {
    notes += bytes;
    return {};
  }
  domain::expected<void> end_part() override {
    notes += ';';
    return {};
  }
};

domain::expected<std::string> parse(std::string_view text, std::size_t piece) {
  note_sink sink;
  multipart_parser parser("xyz", sink);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (auto fed = parser.feed(text.substr(at, piece)); !fed) {
      return tl::unexpected(fed.error());
    }
  }
  return parser.finish().map([&] { return sink.notes; });
}

const std::string form = "--xyz\r\n"
                         "Content-Disposition: form-data; name=\"helper\"\r\n"
                         "\r\n"
                         "numpyhelper\r\n"
                         "--xyz  \r\n"
                         "content-type: application/octet-stream\r\n"
                         "content-disposition: form-data; name=file; filename=\"seed.npz\"\r\n"
                         "\r\n"
                         "\r\n--xy\r\n-\r\n\r\n"
                         "--xyz\r\n"
                         "Content-Disposition: form-data; name=\"empty\"\r\n"
                         "\r\n"
                         "\r\n"
                         "--xyz--\r\nepilogue";

} // namespace

TEST(multipart, gives_the_same_parts_for_pieces_of_every_length) {
  for (std::size_t piece = 1; piece <= form.size(); ++piece) {
    EXPECT_EQ(parse(form, piece).value(), "helper=numpyhelper;file(seed.npz)=\r\n--xy\r\n-\r\n;empty=;") << piece;
  }
}

TEST(multipart, skips_a_preamble) {
  EXPECT_EQ(parse("hello\r\n" + form, 7).value(), parse(form, 7).value());
}

TEST(multipart, reads_a_file_name_outside_ascii) {
  EXPECT_EQ(parse("--xyz\r\nContent-Disposition: form-data; name=f; filename*=utf-8''m%C3%B6del\r\n\r\n1\r\n--xyz--", 9)
                .value(),
            "f(m\xC3\xB6"
            "del)=1;");
}

TEST(multipart, refuses_a_form_that_is_cut_off_at_any_place) {
  const auto end = form.find("--xyz--") + 7;
  for (std::size_t length = 0; length < end; ++length) {
    EXPECT_EQ(parse(form.substr(0, length), 16).error().code, domain::errc::malformed) << length;
  }
}

TEST(multipart, refuses_parts_without_a_name_and_endless_heads) {
  EXPECT_EQ(parse("--xyz\r\nContent-Type: text/plain\r\n\r\n1\r\n--xyz--", 99).error().code, domain::errc::malformed);
  EXPECT_EQ(parse("--xyz\r\n\r\n1\r\n--xyz--", 99).error().code, domain::errc::malformed);
  EXPECT_EQ(parse("--xyzzy\r\n", 99).error().code, domain::errc::malformed);
  EXPECT_EQ(parse("--xyz\r\n" + std::string(20000, 'h'), 999).error().code, domain::errc::malformed);
  EXPECT_EQ(parse("--xyz" + std::string(20000, ' '), 999).error().code, domain::errc::malformed);
}

} // namespace fedloom::runtime
