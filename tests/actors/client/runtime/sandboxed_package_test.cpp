#include "actors/client/runtime/landlock_version.hpp"
#include "actors/client/runtime/package_trainer.hpp"
#include "actors/package/pack.hpp"
#include "actors/package/package_file.hpp"
#include "actors/package/package_shelf.hpp"
#include "tests/actors/client/runtime/example_stream.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"

#include <gmock/gmock.h>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

/// A package on its whole way: packed, put on a client's shelf, trained in each sandbox that works here.
class sandboxed_package_test : public testing::TestWithParam<sandbox_level> {
protected:
  void SetUp() override {
    policy.best = policy.least = GetParam();
    if (const auto works = sandbox::open(policy, FEDLOOM_SANDBOX, {}); !works)
      GTEST_SKIP() << works.error().text;
    key = scratch.write("client/keys/client.key", "very secret");
    scratch.write("project/fedn.yaml", "entry_points: {startup: {command: bash startup.sh}, "
                                       "train: {command: bash train.sh}, validate: {command: bash validate.sh}}\n");
    scratch.write("project/startup.sh", "echo downloaded > dataset");
  }

  /// By the package's scripts, unpacked below the client's own folder.
  domain::expected<training_result> train(const std::string& script) {
    scratch.write("project/train.sh", script);
    const auto archive = scratch.path() / "package.tgz";
    EXPECT_TRUE(package::pack(scratch.path() / "project", archive));
    const auto shelved = package::package_shelf(scratch.path() / "client/packages").put(archive);
    EXPECT_TRUE(shelved) << to_string(shelved.error());
    const auto package = package::load_package(shelved->project_dir);
    EXPECT_TRUE(package) << to_string(package.error());
    const auto within = sandbox::open(policy, FEDLOOM_SANDBOX, {});
    package_trainer trainer(*package, scratch.path() / "client/work", *within);
    return trainer.train(model, {{}, 60s}, {});
  }
  bool confines_files() const {
    return GetParam() == sandbox_level::bubblewrap || (GetParam() == sandbox_level::seccomp && landlock_version() > 0);
  }

  scratch_folder scratch;
  fs::path key;
  sandbox_policy policy;
  domain::shared_bytes model = domain::shared_bytes::adopt(example_stream<float>(model::dtype::f32, {{1, 2}, {0.5F}}));
};

INSTANTIATE_TEST_SUITE_P(each_level, sandboxed_package_test,
                         testing::Values(sandbox_level::none, sandbox_level::seccomp, sandbox_level::bubblewrap),
                         [](const auto& one) { return std::string(to_string(one.param)); });

TEST_P(sandboxed_package_test, trains_and_keeps_its_state_beside_its_scripts) {
  const auto result = train("cat dataset >> state && cp \"$1\" \"$2\" && mktemp > /dev/null && "
                            "echo '{\"num_examples\": 7}' > \"$2-metadata\"");
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->stream, model);
}

TEST_P(sandboxed_package_test, does_not_find_the_clients_key) {
  if (!confines_files())
    GTEST_SKIP() << "files are not confined here";
  const auto result =
      train("cat '" + key.string() + "'; cat ../../../keys/client.key; find / -name client.key; exit 1");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, errc::entry_point_failed);
  EXPECT_THAT(result.error().text, Not(HasSubstr("very secret")));
}

TEST_P(sandboxed_package_test, is_stopped_when_it_fills_the_disk) {
  policy.limits.file_bytes = 1 << 20;
  const auto large_file = train("head -c 5000000 /dev/zero > big; exit 1");
  EXPECT_EQ(large_file.error().code, errc::entry_point_failed);
  policy.limits = {};
  policy.limits.disk_bytes = 4 << 20;
  const auto many_files = train("for ((i = 0; ; i++)); do head -c 100000 /dev/zero > file$i; done");
  ASSERT_FALSE(many_files);
  EXPECT_EQ(many_files.error().code, errc::storage_full) << many_files.error().text;
}

} // namespace
} // namespace fedloom::client
