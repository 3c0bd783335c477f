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

TEST(http_date, reads_iso_8601_as_well) {
  const timestamp day = sys_days{year{2025} / 9 / 29};
  EXPECT_EQ(date_of("2025-09-29"), day);
  EXPECT_EQ(date_of("2025-09-29T13:42:54Z"), day + 13h + 42min + 54s);
  EXPECT_EQ(date_of("2025-09-29 13:42:54.5"), day + 13h + 42min + 54s + 500ms);
  EXPECT_EQ(date_of("2025-09-29T13:42:54.123456+02:00"), day + 11h + 42min + 54s + 123ms);
  EXPECT_EQ(date_of("2025-09-29T23:00:00-01:30"), day + 24h + 30min);
  EXPECT_EQ(date_of("Mon, 29 Sep 2025 13:42:54 GMT"), day + 13h + 42min + 54s);
}

TEST(http_date, takes_nothing_else_for_a_date_of_iso_8601) {
  for (const auto* text :
       {"", "2025", "2025-9-29", "2025-02-30", "2025-09-29T", "2025-09-29T13:42", "2025-09-29T24:00:00",
        "2025-09-29T13:42:54+2", "2025-09-29T13:42:54Z ", "20250929", "yesterday"}) {
    EXPECT_EQ(date_of(text), std::nullopt) << text;
  }
}

} // namespace fedloom::controller
