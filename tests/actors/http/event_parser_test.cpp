#include "actors/http/event_parser.hpp"

#include <gmock/gmock.h>

namespace fedloom::http {

using testing::ElementsAre;

namespace {

struct reader {
  event_parser parser;
  std::vector<event> heard;
  bool feed(std::string_view bytes, std::size_t most = 100) {
    return parser.feed(bytes, [&](const event& one) {
      heard.push_back(one);
      return heard.size() < most;
    });
  }
};

} // namespace

TEST(event_parser, hands_over_events_with_their_names_and_passes_over_comments) {
  reader from;
  EXPECT_TRUE(from.feed(": still here\n\nevent: round\ndata: {\"round\": 1}\n\ndata: plain\n\n"));
  EXPECT_THAT(from.heard, ElementsAre(event{"round", "{\"round\": 1}"}, event{"message", "plain"}));
}

TEST(event_parser, joins_the_lines_of_an_event_and_takes_any_line_ends) {
  reader from;
  from.feed("event: two\r\ndata: a\r\ndata:b\r\n\r\n");
  EXPECT_THAT(from.heard, ElementsAre(event{"two", "a\nb"}));
}

TEST(event_parser, takes_bytes_in_any_pieces) {
  const std::string text = "event: round\ndata: one\n\nevent: round\ndata: two\n\n";
  reader from;
  for (const char one : text) {
    from.feed({&one, 1});
  }
  EXPECT_THAT(from.heard, ElementsAre(event{"round", "one"}, event{"round", "two"}));
}

TEST(event_parser, an_event_without_data_or_without_its_end_is_none) {
  reader from;
  from.feed("event: empty\n\ndata: cut off\n");
  EXPECT_TRUE(from.heard.empty());
}

TEST(event_parser, stops_when_the_reader_has_heard_enough) {
  reader from;
  EXPECT_FALSE(from.feed("data: 1\n\ndata: 2\n\n", 1));
  EXPECT_THAT(from.heard, ElementsAre(event{"message", "1"}));
}

} // namespace fedloom::http
