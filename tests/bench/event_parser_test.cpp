#include "tests/bench/event_parser.hpp"

#include <gtest/gtest.h>

namespace fedloom::bench {
namespace {

std::string taken(event_parser& from) {
  std::string all;
  while (const auto event = from.next()) {
    all += event->name + "=" + event->data + ";";
  }
  return all;
}

TEST(event_parser_test, events_come_out_in_order_and_comments_do_not) {
  event_parser parser;
  parser.feed(":\n\nevent: round\ndata: {\"round\":1}\n\n:\n\nevent: session\ndata: end\n\n");
  EXPECT_EQ(taken(parser), "round={\"round\":1};session=end;");
}

TEST(event_parser_test, an_event_may_arrive_byte_by_byte) {
  event_parser parser;
  const std::string text = "event: round\ndata: 1\n\n";
  for (const char& each : text) {
    EXPECT_FALSE(parser.next());
    parser.feed({&each, 1});
  }
  EXPECT_EQ(taken(parser), "round=1;");
}

TEST(event_parser_test, data_of_several_lines_keeps_its_line_ends_and_an_event_may_have_no_name) {
  event_parser parser;
  parser.feed("data: a\ndata:\ndata: b\n\n");
  EXPECT_EQ(taken(parser), "message=a\n\nb;");
}

} // namespace
} // namespace fedloom::bench
