#include "actors/client/runtime/package_trainer.hpp"
#include "actors/client/runtime/worker_runner.hpp"
#include "tests/actors/client/runtime/example_stream.hpp"
#include "tests/actors/client/runtime/fifo.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"

#include <gmock/gmock.h>
#include <thread>

namespace fedloom::client {
namespace {

using domain::errc;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// Workers are small shell scripts; `started` counts their lives.
class worker_runner_test : public testing::Test {
protected:
  worker_runner_test() { package.project_dir = scratch.path() / "project"; }

  worker_runner& worker(const std::string& text) {
    scratch.write("project/worker.sh", "echo life >> started\n" + text);
    package.entry_points["worker"] = "bash worker.sh";
    runner = std::make_unique<worker_runner>(package, within, process_environment{"COLOUR=red"});
    return *runner;
  }
  errc run(const std::string& entry, domain::milliseconds limit = 60s, std::stop_token stop = {}) {
    const auto done = runner->run({entry, {"/a/in.npz", "/a/out.npz"}, limit}, std::move(stop));
    problem = done ? "" : done.error().text;
    return done ? errc::none : done.error().code;
  }
  std::size_t lives() const {
    const auto text = scratch.read("project/started");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  scratch_folder scratch;
  package::compute_package package;
  confinement within;
  std::unique_ptr<worker_runner> runner;
  std::string problem;
};

constexpr const char* obedient = "while read -r line; do echo \"$line\" >> seen; echo '{\"ok\": true}'; done";

TEST_F(worker_runner_test, asks_one_process_for_all_tasks) {
  worker(obedient);
  EXPECT_EQ(run("train"), errc::none) << problem;
  EXPECT_EQ(run("validate"), errc::none) << problem;
  EXPECT_EQ(run("predict"), errc::none) << problem;
  EXPECT_EQ(lives(), 1U);
  EXPECT_EQ(scratch.read("project/seen"),
            "{\"task\":\"train\",\"model_in\":\"/a/in.npz\",\"model_out\":\"/a/out.npz\"}\n"
            "{\"task\":\"validate\",\"model_in\":\"/a/in.npz\",\"result_out\":\"/a/out.npz\"}\n"
            "{\"task\":\"predict\",\"model_in\":\"/a/in.npz\",\"result_out\":\"/a/out.npz\"}\n");
}

TEST_F(worker_runner_test, passes_over_what_else_a_worker_prints) {
  worker("echo loading; while read -r line; do echo '{\"loss\": 1}'; echo '[1]'; printf '{\"ok\"'; echo ': true}'; "
         "echo late; done");
  EXPECT_EQ(run("train"), errc::none) << problem;
  EXPECT_EQ(run("train"), errc::none) << problem;
}

TEST_F(worker_runner_test, reports_what_the_worker_says_went_wrong_and_keeps_it) {
  worker("while read -r line; do echo Traceback >&2; echo '{\"error\": \"no data\"}'; done");
  EXPECT_EQ(run("train"), errc::entry_point_failed);
  EXPECT_THAT(problem, HasSubstr("no data"));
  EXPECT_EQ(run("train"), errc::entry_point_failed);
  EXPECT_THAT(problem, HasSubstr("Traceback"));
  EXPECT_EQ(lives(), 1U);
}

TEST_F(worker_runner_test, starts_a_dead_worker_anew_for_the_next_task) {
  worker("read -r line; if [ -e second ]; then echo '{\"ok\": true}'; else touch second; echo boom >&2; exit 3; fi");
  EXPECT_EQ(run("train"), errc::entry_point_failed);
  EXPECT_THAT(problem, HasSubstr("ended with status 3"));
  EXPECT_THAT(problem, HasSubstr("boom"));
  EXPECT_EQ(run("train"), errc::none) << problem;
  EXPECT_EQ(lives(), 2U);
}

TEST_F(worker_runner_test, starts_a_worker_at_most_once_per_task) {
  worker("exit 1");
  EXPECT_EQ(run("train"), errc::entry_point_failed);
  EXPECT_EQ(lives(), 1U);
  EXPECT_EQ(run("train"), errc::entry_point_failed);
  EXPECT_EQ(lives(), 2U);
}

TEST_F(worker_runner_test, kills_a_worker_at_the_time_limit) {
  fifo alive(scratch.path() / "alive");
  alive.open();
  worker("exec 3>../alive; read -r line; trap '' TERM; while :; do tail -f /dev/null; done");
  EXPECT_EQ(run("train", 300ms), errc::entry_point_timed_out);
  EXPECT_EQ(alive.read_to_end(), "");
}

TEST_F(worker_runner_test, kills_a_worker_on_request_and_starts_it_anew) {
  fifo ready(scratch.path() / "ready");
  std::stop_source stop;
  const std::jthread canceller([&] {
    ready.wait_for_writer();
    stop.request_stop();
  });
  worker("read -r line; if [ -e second ]; then echo '{\"ok\": true}'; else touch second; exec 4>../ready; "
         "tail -f /dev/null; fi");
  EXPECT_EQ(run("train", 60s, stop.get_token()), errc::cancelled);
  EXPECT_EQ(run("train"), errc::none) << problem;
  EXPECT_EQ(lives(), 2U);
}

TEST_F(worker_runner_test, ends_its_worker_with_itself) {
  fifo alive(scratch.path() / "alive");
  alive.open();
  worker(std::string("exec 3>../alive; ") + obedient);
  EXPECT_EQ(run("train"), errc::none) << problem;
  runner.reset();
  EXPECT_EQ(alive.read_to_end(), "");
}

TEST_F(worker_runner_test, runs_other_entry_points_as_processes_of_their_own) {
  package.entry_points["startup"] = "echo $COLOUR > startup_ran";
  worker(obedient);
  EXPECT_TRUE(runner->run({"startup", {}, 60s}, {}));
  EXPECT_EQ(scratch.read("project/startup_ran"), "red\n");
  EXPECT_FALSE(std::filesystem::exists(package.project_dir / "started"));
}

TEST_F(worker_runner_test, stands_a_worker_that_prints_without_end) {
  worker("read -r line; head -c 50000000 /dev/zero | tr '\\0' 'x'; echo; echo '{\"ok\": true}'; tail -f /dev/null");
  EXPECT_EQ(run("train"), errc::none) << problem;
}

TEST_F(worker_runner_test, stops_a_worker_that_fills_the_disk) {
  within.counted_folders = {package.project_dir};
  within.disk_bytes = 1 << 20;
  worker("read -r line; head -c 10000000 /dev/zero > big; tail -f /dev/null");
  EXPECT_EQ(run("train"), errc::storage_full);
}

TEST_F(worker_runner_test, trains_for_the_client_as_one_shot_entry_points_do) {
  worker("while read -r line; do in=$(echo \"$line\" | cut -d'\"' -f8); out=$(echo \"$line\" | cut -d'\"' -f12); "
         "cp \"$in\" \"$out\"; echo '{\"num_examples\": 7}' > \"$out-metadata\"; echo '{\"ok\": true}'; done");
  const auto model = domain::shared_bytes::adopt(example_stream<float>(model::dtype::f32, {{1, 2, 3}, {0.5F}}));
  package_trainer trainer(package, scratch.path() / "work");
  for (int round = 0; round < 2; ++round) {
    const auto result = trainer.train(model, {{}, 60s}, {});
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_EQ(result->stream, model);
    EXPECT_EQ(result->example_count, 7U);
  }
  EXPECT_EQ(lives(), 1U);
}

} // namespace
} // namespace fedloom::client
