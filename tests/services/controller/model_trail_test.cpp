#include "services/controller/routes/model_trail.hpp"

#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

domain::model_record node(std::uint8_t number, std::optional<std::uint8_t> parent, const std::string& name) {
  domain::model_record record;
  record.model = model(number);
  record.parent = parent ? std::optional(model(*parent)) : std::nullopt;
  record.session = session(parent ? 1 : 2);
  record.round = number;
  record.name = name;
  record.committed_at = date(number);
  return record;
}

/// seed - a - b - c, and beside them seed - d; e has nothing to do with them.
std::vector<domain::model_record> family() {
  return {node(1, {}, "seed"), node(2, 1, "a"), node(3, 2, "b"), node(4, 3, "c"), node(5, 1, "d"), node(6, {}, "e")};
}

std::vector<std::string> names_of(const model_trail::nodes& nodes) {
  std::vector<std::string> names;
  for (const auto* one : nodes) {
    names.push_back(one->name);
  }
  return names;
}

constexpr std::size_t all = 1000;

class model_trails : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    changes.models = family();
    world->write(changes);
  }
  static std::vector<std::string> names(const std::string& path, std::string_view headers = {}) {
    const auto answer = get("/api/v1/models/" + path, headers);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> found;
    for (const auto& one : body_of(answer)) {
      found.push_back(one.at("name"));
    }
    return found;
  }
};

} // namespace

TEST(model_trail, leads_back_to_the_seed) {
  const model_trail trail(family());
  EXPECT_THAT(names_of(trail.ancestors(model(4), false, all)), ElementsAre("b", "a", "seed"));
  EXPECT_THAT(names_of(trail.ancestors(model(4), true, 1)), ElementsAre("c", "b"));
  EXPECT_THAT(names_of(trail.ancestors(model(1), false, all)), IsEmpty());
}

TEST(model_trail, finds_all_that_came_from_a_model_the_nearest_first) {
  const model_trail trail(family());
  EXPECT_THAT(names_of(trail.descendants(model(1), all)), ElementsAre("a", "d", "b", "c"));
  EXPECT_THAT(names_of(trail.descendants(model(1), 3)), ElementsAre("a", "d", "b"));
  EXPECT_THAT(names_of(trail.descendants(model(4), all)), IsEmpty());
}

TEST(model_trail, ends_although_models_came_from_themselves) {
  auto records = family();
  records.push_back(node(4, 4, "unchanged"));
  records.push_back(node(1, 4, "back at the seed"));
  const model_trail trail(records);
  EXPECT_THAT(names_of(trail.ancestors(model(4), true, all)), ElementsAre("c", "b", "a", "seed"));
  EXPECT_THAT(names_of(trail.descendants(model(1), all)), ElementsAre("a", "d", "b", "c"));
}

TEST(model_trail, has_the_uploads_place_for_a_seed_that_stands_twice) {
  auto records = family();
  records.insert(records.begin() + 1, node(1, {}, "as a seed"));
  const model_trail trail(records);
  EXPECT_THAT(names_of(trail.ancestors(model(2), false, all)), ElementsAre("seed"));
}

TEST_F(model_trails, are_served_as_fedn_does) {
  EXPECT_THAT(names(to_hex(model(4)) + "/ancestors"), ElementsAre("b", "a", "seed"));
  EXPECT_THAT(names(to_hex(model(4)) + "/ancestors?include_self=true", "X-Reverse: true\r\nX-Limit: 2\r\n"),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(names(to_hex(model(1)) + "/descendants"), ElementsAre("c", "b", "d", "a"));
  EXPECT_THAT(names(to_hex(model(1)) + "/descendants", "X-Limit: 1\r\n"), ElementsAre("a"));
}

TEST_F(model_trails, have_leaves) {
  EXPECT_THAT(column(get("/api/v1/models/leaf-nodes"), "name"), ElementsAre("e", "d", "c"));
  EXPECT_THAT(column(get("/api/v1/models/leaf-nodes?name=d"), "name"), ElementsAre("d"));
}

TEST_F(model_trails, give_ten_models_unless_told_otherwise) {
  storage::batch changes;
  for (std::uint8_t i = 20; i < 40; ++i) {
    changes.models.push_back(node(i, i == 20 ? std::optional<std::uint8_t>{} : std::uint8_t(i - 1), std::to_string(i)));
  }
  world->write(changes);
  EXPECT_EQ(names(to_hex(model(39)) + "/ancestors").size(), 10);
  EXPECT_EQ(names(to_hex(model(39)) + "/ancestors", "X-Limit: 0\r\n").size(), 19);
}

TEST_F(model_trails, refuse_what_cannot_be) {
  const auto path = "/api/v1/models/" + to_hex(model(4));
  EXPECT_EQ(get(path + "/ancestors", "X-Limit: many\r\n").status, 400);
  EXPECT_EQ(get(path + "/descendants", "X-Limit: -1\r\n").status, 400);
  EXPECT_EQ(get(path + "/ancestors?include_self=perhaps").status, 400);
  EXPECT_EQ(get(path + "/ancestors", "X-Reverse: 1\r\n").status, 400);
  EXPECT_EQ(get("/api/v1/models/" + to_hex(model(77)) + "/ancestors").status, 404);
  EXPECT_EQ(get("/api/v1/models/nonsense/descendants").status, 404);
}

} // namespace fedloom::controller
