#include "actors/security/random.hpp"

#include <gtest/gtest.h>
#include <set>

namespace fedloom::security {
namespace {

TEST(random_test, every_uuid_is_a_lower_case_version_4_uuid_and_new) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto uuid = random_uuid();
    ASSERT_TRUE(domain::valid_uuid(uuid)) << uuid;
    EXPECT_EQ(uuid[14], '4') << uuid;
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second) << uuid;
  }
}

TEST(random_test, tokens_do_not_repeat) {
  std::set<domain::token> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(random_token()).second);
  }
}

} // namespace
} // namespace fedloom::security
