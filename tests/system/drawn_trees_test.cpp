// The supervision trees drawn in actors/README.md are the ones that run.
#include "services/client/tree.hpp"
#include "services/combiner/tree.hpp"
#include "services/controller/tree.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace fedloom {

namespace {

std::string readme() {
  std::ifstream file(std::string(FEDLOOM_SOURCE_FOLDER) + "/actors/README.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string drawing_of(const kernel::supervisor_spec& tree) {
  return "```\n" + kernel::to_text(tree) + "```";
}

} // namespace

TEST(drawn_trees, the_controllers_tree_is_drawn_as_it_is) {
  const auto drawing = drawing_of(controller::tree(std::make_shared<controller::deps>()));
  EXPECT_NE(readme().find(drawing), std::string::npos) << drawing;
}

TEST(drawn_trees, the_combiners_tree_is_drawn_as_it_is) {
  const auto drawing = drawing_of(combiner::tree(std::make_shared<combiner::deps>()));
  EXPECT_NE(readme().find(drawing), std::string::npos) << drawing;
}

TEST(drawn_trees, the_clients_tree_is_drawn_as_it_is) {
  auto one = std::make_shared<client::deps>();
  one->membership.client = domain::client_id{"hospital-7"};
  const auto drawing = drawing_of(client::tree({one}));
  EXPECT_NE(readme().find(drawing), std::string::npos) << drawing;
}

} // namespace fedloom
