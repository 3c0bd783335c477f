#include "services/controller/routes/http_date.hpp"

#include <gtest/gtest.h>

namespace fedloom::controller {

using domain::timestamp;
using namespace std::chrono;

TEST(http_date, is_english_gmt_in_whole_seconds) {
  const timestamp when = sys_days{year{2025} / 9 / 29} + 13h + 42min + 54s + 999ms;
  EXPECT_EQ(to_http_date(when), "Mon, 29 Sep 2025 13:42:54 GMT");
  EXPECT_EQ(to_http_date(timestamp{}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(http_date, reads_what_it_writes) {
  const timestamp when = sys_days{year{2024} / 2 / 29} + 23h + 59min + 59s;
  EXPECT_EQ(from_http_date(to_http_date(when)), when);
}

TEST(http_date, takes_no_other_text_for_a_date) {
  for (const auto* text : {"", "online", "Tue, 29 Sep 2025 13:42:54 GMT", "Mon, 29 Sep 2025 13:42:54",
                           "Mon, 29 Xyz 2025 13:42:54 GMT", "Mon, 31 Sep 2025 13:42:54 GMT", "2025-09-29T13:42:54Z",
                           "Mon, 29 Sep 2025 -1:42:54 GMT", "Mon, 29 Sep 2025 13:42:54 GMT and more"}) {
    EXPECT_EQ(from_http_date(text), std::nullopt) << text;
  }
}

} // namespace fedloom::controller
