#include "services/controller/routes/listing.hpp"

#include <gmock/gmock.h>

namespace fedloom::controller {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct pear {
  std::string name;
  int weight = 0;
  bool is_ripe = false;
  json picked_at = nullptr;
};

json shown(const pear& one) {
  return {{"name", one.name},
          {"weight", one.weight},
          {"is_ripe", one.is_ripe},
          {"picked_at", one.picked_at},
          {"from", {{"tree", one.name + "'s"}}},
          {"committed_at", nullptr}};
}

class listing : public testing::Test {
protected:
  void SetUp() override { request_.method = "GET"; }

  json answer() {
    const auto given = list_answer(request_, rows_of(pears_, [this](const pear& one) {
                                     ++made_;
                                     return shown(one);
                                   }));
    status_ = given.status;
    return json::parse(std::get<std::string>(given.body));
  }
  std::string count() {
    return std::get<std::string>(count_answer(request_, rows_of(pears_,
                                                                [this](const pear& one) {
                                                                  ++made_;
                                                                  return shown(one);
                                                                }))
                                     .body);
  }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    const auto whole = answer();
    for (const auto& one : whole.value("result", json::array())) {
      all.push_back(one.at("name"));
    }
    return all;
  }
  std::string complaint() {
    const auto whole = answer();
    EXPECT_EQ(status_, 400);
    return whole.at("message");
  }

  std::vector<pear> pears_{{"first", 30, false, "Mon, 29 Sep 2025 13:42:54 GMT"},
                           {"second", 10, true, "Sun, 05 Oct 2025 00:00:00 GMT"},
                           {"third", 20, true, nullptr},
                           {"fourth", 10, false, "Wed, 01 Oct 2025 00:00:00 GMT"}};
  runtime::http_request request_;
  int made_ = 0;
  int status_ = 0;
};

} // namespace

TEST_F(listing, has_the_newest_first) {
  EXPECT_THAT(names(), ElementsAre("fourth", "third", "second", "first"));
}

TEST_F(listing, turns_around_on_request) {
  request_.headers["x-sort-order"] = "ASC";
  EXPECT_THAT(names(), ElementsAre("first", "second", "third", "fourth"));
}

TEST_F(listing, gives_a_page_and_the_count_of_all) {
  request_.headers["X-Limit"] = "2";
  request_.headers["X-Skip"] = "1";
  EXPECT_EQ(answer().at("count"), 4);
  EXPECT_THAT(names(), ElementsAre("third", "second"));
}

TEST_F(listing, makes_no_objects_that_are_not_on_the_page) {
  request_.headers["X-Limit"] = "1";
  answer();
  EXPECT_EQ(made_, 2); // the page's, and the sample
}

TEST_F(listing, has_an_empty_page_behind_the_end) {
  request_.headers["X-Skip"] = "18446744073709551615";
  request_.headers["X-Limit"] = "18446744073709551615";
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_EQ(status_, 200);
}

TEST_F(listing, sorts_by_any_field_with_the_newer_of_equals_first) {
  request_.headers["X-Sort-Key"] = "weight";
  EXPECT_THAT(names(), ElementsAre("first", "third", "fourth", "second"));
}

TEST_F(listing, sorts_dates_by_time) {
  request_.headers["X-Sort-Key"] = "picked_at";
  request_.headers["X-Sort-Order"] = "asc";
  EXPECT_THAT(names(), ElementsAre("third", "first", "fourth", "second"));
}

TEST_F(listing, filters_by_exact_values_of_all_kinds) {
  request_.query = {{"is_ripe", "True"}};
  EXPECT_THAT(names(), ElementsAre("third", "second"));
  request_.query = {{"is_ripe", "true"}, {"weight", "10"}};
  EXPECT_THAT(names(), ElementsAre("second"));
  request_.query = {{"name", "first"}};
  EXPECT_THAT(names(), ElementsAre("first"));
  request_.query = {{"from.tree", "third's"}};
  EXPECT_THAT(names(), ElementsAre("third"));
  request_.query = {{"picked_at", "null"}};
  EXPECT_THAT(names(), ElementsAre("third"));
  request_.query = {{"weight", "1e400"}};
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(listing, counts_what_passes_the_filters) {
  request_.query = {{"weight", "10"}};
  request_.headers["X-Limit"] = "1";
  EXPECT_EQ(answer().at("count"), 2);
  EXPECT_THAT(names(), ElementsAre("fourth"));
}

TEST_F(listing, names_the_nearest_field_for_an_unknown_one) {
  request_.query = {{"weigth", "10"}};
  EXPECT_EQ(complaint(), R"(there is no field "weigth"; did you mean "weight"?)");
}

TEST_F(listing, knows_its_fields_when_it_is_empty) {
  pears_.clear();
  request_.query = {{"colour", "green"}};
  EXPECT_THAT(complaint(), HasSubstr("no field \"colour\""));
}

TEST_F(listing, compares_numbers_by_operators) {
  request_.query = {{"weight__gt", "10"}};
  EXPECT_THAT(names(), ElementsAre("third", "first"));
  request_.query = {{"weight__gte", "20"}, {"weight__lt", "30"}};
  EXPECT_THAT(names(), ElementsAre("third"));
  request_.query = {{"weight__lte", "1e1"}};
  EXPECT_THAT(names(), ElementsAre("fourth", "second"));
  request_.query = {{"weight__ne", "10"}};
  EXPECT_THAT(names(), ElementsAre("third", "first"));
  request_.query = {{"weight__eq", "20"}};
  EXPECT_THAT(names(), ElementsAre("third"));
}

TEST_F(listing, compares_times_in_both_notations) {
  request_.query = {{"picked_at__gt", "2025-10-01"}};
  EXPECT_THAT(names(), ElementsAre("second"));
  request_.query = {{"picked_at__lte", "Wed, 01 Oct 2025 00:00:00 GMT"}};
  EXPECT_THAT(names(), ElementsAre("fourth", "first"));
  request_.query = {{"picked_at", "2025-10-01T02:00:00+02:00"}};
  EXPECT_THAT(names(), ElementsAre("fourth"));
}

TEST_F(listing, has_operators_on_texts_dotted_paths_and_what_is_missing) {
  request_.query = {{"from.tree__gte", "t"}};
  EXPECT_THAT(names(), ElementsAre("third"));
  request_.query = {{"picked_at__ne", "null"}};
  EXPECT_THAT(names(), ElementsAre("fourth", "second", "first"));
}

TEST_F(listing, takes_the_filter_of_a_post_from_its_json) {
  request_.method = "POST";
  request_.body = R"({"weight": 10, "is_ripe": false})";
  EXPECT_THAT(names(), ElementsAre("fourth"));
  request_.body = R"({"name": "first,third", "picked_at": null})";
  EXPECT_THAT(names(), ElementsAre("third"));
  request_.body = R"({"name": ["first", "second"], "weight__gt": "10"})";
  EXPECT_THAT(names(), ElementsAre("first"));
  request_.body = R"({"picked_at": "Wed, 01 Oct 2025 00:00:00 GMT"})";
  EXPECT_THAT(names(), ElementsAre("fourth"));
  request_.body = "";
  EXPECT_EQ(names().size(), 4u);
}

TEST_F(listing, takes_the_filter_of_a_post_from_a_form) {
  request_.method = "POST";
  request_.headers["Content-Type"] = "application/x-www-form-urlencoded";
  request_.body = "name=first%2Csecond&weight__lt=30";
  EXPECT_THAT(names(), ElementsAre("second"));
}

TEST_F(listing, finds_a_number_that_is_kept_as_a_text) {
  pears_[2].name = "7";
  request_.method = "POST";
  request_.body = R"({"name": 7})";
  EXPECT_THAT(names(), ElementsAre("7"));
}

TEST_F(listing, names_the_field_of_a_value_that_cannot_be) {
  for (const auto& [field, value] : std::vector<std::pair<std::string, std::string>>{{"weight", "heavy"},
                                                                                     {"weight__gt", "null"},
                                                                                     {"is_ripe", "7"},
                                                                                     {"picked_at__lt", "yesterday"},
                                                                                     {"committed_at", "2025-02-30"},
                                                                                     {"from", "third's"}}) {
    request_.query = {{field, value}};
    EXPECT_THAT(complaint(), HasSubstr(field.substr(0, field.find("__")))) << value;
  }
}

TEST_F(listing, refuses_bodies_that_are_no_filter) {
  request_.method = "POST";
  for (const auto* body : {"[1]", "{", R"({"weight": {"$gt": 1}})", R"({"weight": [[1]]})", R"({"colour": "green"})",
                           R"({"weight__gt": [1, 2]})"}) {
    request_.body = body;
    complaint();
  }
}

TEST_F(listing, counts_with_a_bare_number) {
  EXPECT_EQ(count(), "4");
  EXPECT_EQ(made_, 1) << "only the sample";
  request_.query = {{"weight", "10"}};
  EXPECT_EQ(count(), "2");
  request_.query = {{"weight", "x"}};
  EXPECT_THAT(count(), HasSubstr("weight"));
}

TEST_F(listing, sorts_a_page_of_many_as_if_it_kept_all) {
  pears_.clear();
  for (int i = 0; i < 5000; ++i) {
    pears_.push_back({std::to_string(i), i * 7919 % 5000});
  }
  request_.headers["X-Sort-Key"] = "weight";
  request_.headers["X-Limit"] = "2";
  request_.headers["X-Skip"] = "10";
  const auto page = answer();
  EXPECT_EQ(page.at("count"), 5000);
  EXPECT_EQ(page.at("result").at(0).at("weight"), 4989);
  EXPECT_EQ(page.at("result").at(1).at("weight"), 4988);
}

TEST_F(listing, names_the_header_that_cannot_be) {
  for (const auto& [header, value] :
       std::vector<std::pair<std::string, std::string>>{{"X-Limit", "-1"},
                                                        {"X-Limit", "ten"},
                                                        {"X-Skip", "99999999999999999999"},
                                                        {"X-Sort-Order", "up"},
                                                        {"X-Sort-Key", "colour"}}) {
    request_.headers = {{header, value}};
    EXPECT_THAT(complaint(), HasSubstr(header)) << value;
  }
}

} // namespace fedloom::controller
