#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using testing::HasSubstr;

namespace {

/// What nobody should send, wherever it is sent to.
class requests : public rest_test {};

const std::vector<std::string> routes_with_a_body{"POST /api/v1/sessions", "POST /api/v1/sessions/start",
                                                  "POST /api/v1/clients/add", "PUT /api/v1/packages/active",
                                                  "PUT /api/v1/helpers/active"};

test::http_answer send(const rest_world& to, const std::string& route, std::string_view body,
                       std::string_view headers = {}) {
  const auto space = route.find(' ');
  return to.ask(route.substr(0, space), route.substr(space + 1), body, headers);
}

} // namespace

TEST_F(requests, of_two_gigabytes_are_refused_before_they_are_read) {
  auto routes = routes_with_a_body;
  routes.insert(routes.end(), {"POST /api/v1/models", "POST /api/v1/packages", "POST /api/v1/clients/list"});
  for (const auto& route : routes) {
    test::tcp_connection connection(world->server->port());
    const auto announced = route + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2147483648\r\n";
    EXPECT_TRUE(connection.write(announced + "Content-Type: multipart/form-data; boundary=xyz\r\n\r\n"));
    EXPECT_EQ(test::answer_from(connection.read_until()).status, 413) << route;
  }
}

TEST_F(requests, of_two_gigabytes_in_chunks_end_at_the_limit) {
  test::tcp_connection connection(world->server->port());
  connection.write("POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto chunk = "100000\r\n" + std::string(std::size_t{1} << 20, ' ') + "\r\n";
  int sent = 0;
  while (sent < 2048 && connection.write(chunk)) {
    ++sent;
  }
  EXPECT_LT(sent, 64);
}

TEST_F(requests, that_are_no_json_are_refused) {
  for (const auto& route : routes_with_a_body) {
    for (const auto* body :
         {"\xff\xfe", "{\"name\": \"\xc3\x28\"}", "{", "[]", "7", "null", "{\"a\":1}", "{\"session_id\": 1e999}"}) {
      const auto answer = send(*world, route, body);
      EXPECT_EQ(answer.status, 400) << route << ' ' << body << ' ' << answer.body;
      EXPECT_NO_THROW(message_of(answer)) << route;
    }
    EXPECT_EQ(send(*world, route, std::string(100000, '[')).status, 400) << route;
    EXPECT_EQ(send(*world, route, "").status, 400) << route;
  }
}

TEST_F(requests, by_other_methods_are_told_the_right_ones) {
  const std::pair<const char*, const char*> wrong[] = {{"DELETE /api/v1/models/x", "GET, HEAD, PATCH, PUT"},
                                                       {"PUT /api/v1/clients/x", "DELETE, GET, HEAD"},
                                                       {"POST /api/v1/packages/active", "DELETE, GET, HEAD, PUT"},
                                                       {"PATCH /api/v1/helpers/active", "GET, HEAD, PUT"},
                                                       {"DELETE /api/v1/packages", "GET, HEAD, POST"},
                                                       {"GET /api/v1/combiners/clients/count", "POST"}};
  for (const auto& [route, allowed] : wrong) {
    const auto answer = send(*world, route, "");
    EXPECT_EQ(answer.status, 405) << route;
    EXPECT_TRUE(answer.has_header(std::string{"Allow: "} + allowed)) << route << '\n' << answer.head;
  }
}

TEST_F(requests, for_what_is_not_there_are_answered_404) {
  for (const auto* path : {"/api/v1/models/00", "/api/v1/models/00/download", "/api/v1/models/00/parameters",
                           "/api/v1/models/00/ancestors", "/api/v1/packages/00", "/api/v1/clients/%ff",
                           "/api/v1/combiners/%00", "/api/v1/nothing", "/api/v2/models"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_NO_THROW(message_of(answer)) << path;
  }
}

TEST_F(requests, to_routes_that_fedn_gave_up_are_pointed_to_the_present_ones) {
  int counted = 0;
  for (const auto& route : retired_routes()) {
    const auto answer = world->ask(route.method, route.path, "");
    EXPECT_EQ(answer.status, 410) << route.path;
    EXPECT_THAT(message_of(answer), HasSubstr("use ")) << route.path;
    ++counted;
  }
  EXPECT_GE(counted, 29);
  EXPECT_THAT(message_of(get("/list_models")), HasSubstr("GET /api/v1/models"));
  EXPECT_EQ(get("/api/v1/models/active").status, 410);
  EXPECT_EQ(world->ask("PUT", "/api/v1/models/active", "{}").status, 410);
}

TEST_F(requests, to_retired_routes_are_pointed_to_routes_that_exist) {
  const auto present = runtime::route_table::make(rest_routes(world->context)).value();
  for (const auto& route : retired_routes()) {
    const std::string text = message_of(world->ask(route.method, route.path, ""));
    const auto at = text.find(" /api/");
    if (at == std::string::npos) {
      continue; // in words
    }
    const auto verb = text.rfind(' ', at - 1);
    const auto end = text.find_first_of(" ?", at + 1);
    const auto found = present.match(text.substr(verb + 1, at - verb - 1), text.substr(at + 1, end - at - 1));
    EXPECT_TRUE(std::holds_alternative<runtime::route_table::found>(found)) << text;
  }
}

} // namespace fedloom::controller
