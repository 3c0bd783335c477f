#include "services/runtime/http_route.hpp"

#include <gtest/gtest.h>

namespace fedloom::runtime {

namespace {

route at(std::string method, std::string path) {
  return {std::move(method), std::move(path), http_handler{[](http_request&) { return http_response{}; }}};
}

/// "template {name=value}", "404" or "405 allowed".
std::string hit(const route_table& table, const std::string& method, std::string_view path) {
  const auto answer = table.match(method, path);
  if (std::holds_alternative<route_table::not_found>(answer)) {
    return "404";
  }
  if (const auto* wrong = std::get_if<route_table::wrong_method>(&answer)) {
    return "405 " + wrong->allowed;
  }
  const auto& found = std::get<route_table::found>(answer);
  auto text = found.what->path;
  for (const auto& [name, value] : found.parameters) {
    text += " {" + name + '=' + value + '}';
  }
  return text;
}

class route_table_test : public testing::Test {
protected:
  const route_table table_ =
      route_table::make({at("GET", "/sessions/{id}"), at("GET", "/sessions"), at("POST", "/sessions/start"),
                         at("DELETE", "/sessions/{id}"), at("GET", "/sessions/active"), at("GET", "/a/{x}/b/{y}")})
          .value();
};

} // namespace

TEST_F(route_table_test, finds_words_and_parameters) {
  EXPECT_EQ(hit(table_, "GET", "/sessions"), "/sessions");
  EXPECT_EQ(hit(table_, "GET", "/sessions/7"), "/sessions/{id} {id=7}");
  EXPECT_EQ(hit(table_, "GET", "/a/1/b/2"), "/a/{x}/b/{y} {x=1} {y=2}");
}

TEST_F(route_table_test, prefers_a_word_to_a_parameter) {
  EXPECT_EQ(hit(table_, "GET", "/sessions/active"), "/sessions/active");
}

TEST_F(route_table_test, ignores_a_trailing_slash) {
  EXPECT_EQ(hit(table_, "GET", "/sessions/"), "/sessions");
}

TEST_F(route_table_test, decodes_a_parameter_after_cutting_at_the_slashes) {
  EXPECT_EQ(hit(table_, "GET", "/sessions/a%2Fb%20c"), "/sessions/{id} {id=a/b c}");
}

TEST_F(route_table_test, serves_head_where_there_is_get) {
  EXPECT_EQ(hit(table_, "HEAD", "/sessions"), "/sessions");
}

TEST_F(route_table_test, tells_an_unknown_path_from_a_wrong_method) {
  EXPECT_EQ(hit(table_, "GET", "/nowhere"), "404");
  EXPECT_EQ(hit(table_, "GET", "/a//b/2"), "404");
  EXPECT_EQ(hit(table_, "PUT", "/sessions"), "405 GET, HEAD");
  EXPECT_EQ(hit(table_, "PUT", "/sessions/start"), "405 DELETE, GET, HEAD, POST");
}

TEST(route_table_make, refuses_two_routes_that_no_request_can_tell_apart) {
  EXPECT_EQ(route_table::make({at("GET", "/a/{x}"), at("GET", "/a/{y}/")}).error().code, domain::errc::internal);
  EXPECT_TRUE(route_table::make({at("GET", "/a/{x}"), at("POST", "/a/{x}")}));
}

} // namespace fedloom::runtime
