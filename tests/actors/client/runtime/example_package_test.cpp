#include "actors/client/runtime/package_trainer.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "actors/model/npz.hpp"
#include "actors/model/stream.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <gtest/gtest.h>

namespace fedloom::client {
namespace {

using namespace std::chrono_literals;

/// Runs examples/fashion-mnist-numpy as a client does, as the only one of a hundred clients.
class example_package_test : public testing::Test {
protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"))
      GTEST_SKIP() << "dataset-fashion-mnist is not installed";
    if (run("${FEDLOOM_EXAMPLE_PYTHON:-/usr/bin/python3} -c 'import numpy'").status != 0)
      GTEST_SKIP() << "python3-numpy is not installed";
    ::setenv("FEDLOOM_EXAMPLE_CACHE", (scratch.path() / "cache").c_str(), 1);
    ::setenv("FEDLOOM_EXAMPLE_CLIENTS", "100", 1);
    ::setenv("FEDLOOM_EXAMPLE_CLIENT", "7", 1);
    ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    package.project_dir = project;
    for (const std::string entry : {"build", "train", "validate"})
      package.entry_points[entry] = "${FEDLOOM_EXAMPLE_PYTHON:-/usr/bin/python3} " + entry + ".py";
  }
  subprocess_outcome run(const std::string& command) const {
    return run_subprocess({command, project, 60s}, {}).value_or(subprocess_outcome{subprocess_end::exited, -1, {}});
  }
  domain::shared_bytes seed() {
    const std::array file{scratch.path() / "seed.npz"};
    const auto outcome = run(package::command_line(package, "build", file).value());
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    return domain::shared_bytes::adopt(model::stream_from_npz(file[0]).value());
  }

  const std::filesystem::path project = FEDLOOM_SOURCE_FOLDER "/examples/fashion-mnist-numpy/client";
  scratch_folder scratch;
  package::compute_package package;
  task_context context{{}, 60s};
};

double value_of(const std::string& name, const std::vector<domain::metric>& metrics) {
  const auto found = std::ranges::find(metrics, name, &domain::metric::name);
  return found == metrics.end() ? -1 : found->value;
}

TEST_F(example_package_test, trains_from_its_own_seed_and_learns) {
  package_trainer trainer(package, scratch.path() / "work");
  const auto model = seed();
  const auto update = trainer.train(model, context, {});
  ASSERT_TRUE(update) << to_string(update.error());
  EXPECT_GE(update->example_count, 60U);
  EXPECT_LE(update->example_count, 60000U);
  EXPECT_FALSE(update->stream == model);

  const auto before = trainer.validate(model, context, {});
  const auto after = trainer.validate(update->stream, context, {});
  ASSERT_TRUE(before) << to_string(before.error());
  ASSERT_TRUE(after) << to_string(after.error());
  EXPECT_EQ(after->example_count, 100U); // a hundredth of the test images
  EXPECT_GT(value_of("accuracy", after->metrics), value_of("accuracy", before->metrics));
}

TEST_F(example_package_test, gives_the_same_update_for_the_same_model) {
  package_trainer trainer(package, scratch.path() / "work");
  const auto model = seed();
  EXPECT_EQ(trainer.train(model, context, {}).value().stream, trainer.train(model, context, {}).value().stream);
}

TEST_F(example_package_test, its_worker_gives_what_the_commands_give) {
  const auto model = seed();
  const auto by_command = package_trainer(package, scratch.path() / "work").train(model, context, {});
  package.entry_points = {{"worker", "${FEDLOOM_EXAMPLE_PYTHON:-/usr/bin/python3} worker.py"}};
  package_trainer worker(package, scratch.path() / "work");
  const auto update = worker.train(model, context, {});
  ASSERT_TRUE(update) << to_string(update.error());
  EXPECT_EQ(update->stream, by_command.value().stream);
  EXPECT_TRUE(worker.validate(update->stream, context, {}));
}

} // namespace
} // namespace fedloom::client
