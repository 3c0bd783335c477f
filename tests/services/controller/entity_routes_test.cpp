#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"

#include <gtest/gtest.h>

namespace fedloom::controller {

namespace {

json fruit(const rest_context&, const domain::package_record& one) {
  return {{"package_id", one.package.value()}, {"name", one.name}, {"committed_at", json_of(one.committed_at)}};
}

class an_entity : public testing::Test {
protected:
  an_entity() {
    storage::batch changes;
    for (const auto* name : {"apple", "pear", "plum"}) {
      domain::package_record one;
      one.package = domain::package_id{std::string{name} + "-id"};
      one.name = name;
      one.committed_at =
          domain::timestamp{domain::milliseconds{static_cast<std::int64_t>(changes.packages.size()) + 1}};
      changes.packages.push_back(one);
    }
    EXPECT_TRUE(store_->write(changes));
    context_->store = store_.get();
  }

  /// Status and body of the answer to "METHOD PATH" as the route table finds it.
  std::string ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    const auto table = runtime::route_table::make(
        entity_routes(context_, stored_entity<domain::package_record, domain::package_id>("/api/v1/packages", fruit)));
    const auto match = table.value().match(method, path);
    const auto* const found = std::get_if<runtime::route_table::found>(&match);
    if (found == nullptr) {
      return "no route";
    }
    runtime::http_request request;
    request.method = method;
    request.body = body;
    request.parameters = found->parameters;
    const auto answer = std::get<runtime::http_handler>(found->what->handler)(request);
    return std::to_string(answer.status) + ' ' + std::get<std::string>(answer.body);
  }

  std::unique_ptr<storage::round_store> store_ = storage::make_memory_round_store();
  std::shared_ptr<rest_context> context_ = std::make_shared<rest_context>();
};

} // namespace

TEST_F(an_entity, is_listed_with_the_newest_first) {
  const auto page = json::parse(ask("GET", "/api/v1/packages/").substr(4));
  EXPECT_EQ(page.at("count"), 3);
  EXPECT_EQ(page.at("result").at(0).at("name"), "plum");
  EXPECT_EQ(page.at("result").at(2).at("name"), "apple");
}

TEST_F(an_entity, is_listed_by_the_filter_in_a_body) {
  const auto page = json::parse(ask("POST", "/api/v1/packages/list", R"({"name": "apple,pear"})").substr(4));
  EXPECT_EQ(page.at("count"), 2);
  EXPECT_EQ(page.at("result").at(0).at("name"), "pear");
}

TEST_F(an_entity, is_counted) {
  EXPECT_EQ(ask("GET", "/api/v1/packages/count"), "200 3");
  EXPECT_EQ(ask("POST", "/api/v1/packages/count", R"({"name__ne": "plum"})"), "200 2");
}

TEST_F(an_entity, is_found_by_its_id_or_answered_in_fedns_words) {
  EXPECT_EQ(json::parse(ask("GET", "/api/v1/packages/pear-id").substr(4)).at("name"), "pear");
  EXPECT_EQ(ask("GET", "/api/v1/packages/fig"), R"(404 {"message":"Entity with id: fig not found"})");
}

} // namespace fedloom::controller
