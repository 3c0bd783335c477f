#include "actors/client/runtime/child_environment.hpp"

#include <array>
#include <gmock/gmock.h>

namespace fedloom::client {
namespace {

using testing::UnorderedElementsAre;

TEST(child_environment_test, lets_through_what_training_needs) {
  const process_environment whole{"PATH=/bin", "LC_ALL=C", "FEDN_DATA_PATH=/data", "OMP_NUM_THREADS=3", "EDITOR=vi"};
  EXPECT_THAT(allowed_environment(whole, {}),
              UnorderedElementsAre("PATH=/bin", "LC_ALL=C", "FEDN_DATA_PATH=/data", "OMP_NUM_THREADS=3"));
}

TEST(child_environment_test, keeps_secrets_back_unless_they_are_named) {
  const process_environment whole{"FEDN_AUTH_TOKEN=t", "TF_API_KEY=k", "AWS_SECRET_ACCESS_KEY=s", "FEDLOOM_TOKEN=f"};
  const std::array<std::string, 1> pattern{"AWS_*"};
  EXPECT_THAT(allowed_environment(whole, pattern), UnorderedElementsAre());
  const std::array<std::string, 1> name{"TF_API_KEY"};
  EXPECT_THAT(allowed_environment(whole, name), UnorderedElementsAre("TF_API_KEY=k"));
}

TEST(child_environment_test, lets_through_what_the_owner_names) {
  const process_environment whole{"MY_DATA=1", "MY_SPLIT=2", "YOUR_DATA=3"};
  const std::array<std::string, 1> further{"MY_*"};
  EXPECT_THAT(allowed_environment(whole, further), UnorderedElementsAre("MY_DATA=1", "MY_SPLIT=2"));
}

TEST(child_environment_test, replaces_and_adds) {
  const auto result = environment_with({"A=1", "B=2", "OMP_NUM_THREADS=4"}, {"B=3", "C=4"});
  EXPECT_THAT(result, UnorderedElementsAre("A=1", "B=3", "C=4", "OMP_NUM_THREADS=4", "OPENBLAS_NUM_THREADS=1",
                                           "MKL_NUM_THREADS=1"));
  EXPECT_EQ(value_in(result, "B"), "3");
  EXPECT_EQ(value_in(result, "BB"), "");
}

} // namespace
} // namespace fedloom::client
