#include "actors/client/runtime/leftover_processes.hpp"
#include "actors/client/runtime/package_trainer.hpp"
#include "actors/model/npz.hpp"
#include "tests/actors/client/runtime/example_stream.hpp"
#include "tests/actors/client/runtime/fifo.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"
#include "tests/support/small_disk.hpp"

#include <gmock/gmock.h>
#include <thread>

namespace fedloom::client {
namespace {

using domain::errc;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// Entry points are small shell scripts: $1 and $2 are FEDn's IN and OUT.
class package_trainer_test : public testing::Test {
protected:
  package_trainer_test() { package.project_dir = scratch.path() / "project"; }

  void script(const std::string& entry, const std::string& text) {
    scratch.write("project/" + entry + ".sh", text);
    package.entry_points[entry] = "bash " + entry + ".sh";
  }
  domain::expected<training_result> train(std::stop_token stop = {}) {
    return package_trainer(package, work()).train(model, context, std::move(stop));
  }
  domain::expected<validation_result> validate() {
    return package_trainer(package, work()).validate(model, context, {});
  }
  domain::error problem_of_training(const std::string& text) {
    script("train", text);
    const auto result = train();
    return result ? domain::error{} : result.error();
  }
  /// entry.sh, as a client with this work folder runs it.
  void run_as_entry_point(const std::filesystem::path& folder) const {
    const auto line =
        "cd '" + scratch.path().string() + "' && env '" + work_folder_variable(folder) + "' bash entry.sh";
    ASSERT_EQ(std::system(line.c_str()), 0);
  }
  std::filesystem::path work() const { return scratch.path() / "data" / "work"; }

  scratch_folder scratch;
  package::compute_package package;
  domain::shared_bytes model =
      domain::shared_bytes::adopt(example_stream<float>(model::dtype::f32, {{1, 2, 3}, {0.5F}}));
  task_context context{{}, 60s};
};

TEST_F(package_trainer_test, trains_by_the_packages_command) {
  script("train", R"(cp "$1" "$2"; echo '{"num_examples": 7, "loss": 0.25}' > "$2-metadata")");
  const auto result = train();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->stream, model);
  EXPECT_EQ(result->example_count, 7U);
  EXPECT_EQ(result->metrics, (std::vector<domain::metric>{{"loss", 0.25}}));
}

TEST_F(package_trainer_test, keeps_to_the_convention_of_arguments_and_files) {
  script("train", R"sh(echo "$# ${1##*.} ${2##*.} $(cat "$1-metadata")" > seen; pwd >> seen; exit 1)sh");
  EXPECT_FALSE(train());
  EXPECT_EQ(scratch.read("project/seen"), "2 npz npz {}\n" + package.project_dir.string() + "\n");
}

TEST_F(package_trainer_test, casts_the_widths_of_floats_back_to_the_models) {
  const auto wide = example_stream<double>(model::dtype::f64, {{4, 5, 6}, {0.1}});
  std::filesystem::create_directories(package.project_dir);
  ASSERT_TRUE(model::write_npz(wide, package.project_dir / "wide.npz"));
  script("train", R"(cp wide.npz "$2"; echo '{"num_examples": 1}' > "$2-metadata")");
  const auto result = train();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->stream, domain::shared_bytes::adopt(example_stream<float>(model::dtype::f32, {{4, 5, 6}, {0.1F}})));
}

TEST_F(package_trainer_test, refuses_arrays_of_another_shape_or_kind) {
  std::filesystem::create_directories(package.project_dir);
  const auto save = R"(cp other.npz "$2"; echo '{"num_examples": 1}' > "$2-metadata")";
  ASSERT_TRUE(
      model::write_npz(example_stream<float>(model::dtype::f32, {{4, 5}, {1}}), package.project_dir / "other.npz"));
  EXPECT_EQ(problem_of_training(save).code, errc::wrong_shape);
  const auto integers = example_stream<std::int32_t>(model::dtype::i32, {{4, 5, 6}, {1}});
  ASSERT_TRUE(model::write_npz(integers, package.project_dir / "other.npz"));
  EXPECT_EQ(problem_of_training(save).code, errc::wrong_dtype);
}

TEST_F(package_trainer_test, reports_the_exit_code_with_the_last_lines_of_output) {
  const auto problem = problem_of_training("seq 100000; echo 'ValueError: no data' >&2; exit 3");
  EXPECT_EQ(problem.code, errc::entry_point_failed);
  EXPECT_THAT(problem.text, HasSubstr("status 3"));
  EXPECT_THAT(problem.text, HasSubstr("\n100000\nValueError: no data"));
  EXPECT_LT(problem.text.size(), 4096U);
}

TEST_F(package_trainer_test, reports_a_command_that_hangs) {
  context.time_limit = 300ms;
  const auto problem = problem_of_training("sleep 1000");
  EXPECT_EQ(problem.code, errc::entry_point_timed_out);
  EXPECT_THAT(problem.text, HasSubstr("time limit"));
}

TEST_F(package_trainer_test, reports_missing_files) {
  EXPECT_EQ(problem_of_training("true").code, errc::no_output);
  EXPECT_EQ(problem_of_training(R"(cp "$1" "$2")").code, errc::no_output);
  EXPECT_EQ(problem_of_training(R"(echo '{"num_examples": 1}' > "$2-metadata")").code, errc::no_output);
}

TEST_F(package_trainer_test, reports_unreadable_files) {
  EXPECT_EQ(problem_of_training(R"(echo garbage > "$2"; echo '{"num_examples": 1}' > "$2-metadata")").code,
            errc::bad_output);
  EXPECT_EQ(problem_of_training(R"(head -c 40 "$1" > "$2"; echo '{"num_examples": 1}' > "$2-metadata")").code,
            errc::bad_output);
  EXPECT_EQ(problem_of_training(R"(cp "$1" "$2"; echo garbage > "$2-metadata")").code, errc::bad_output);
}

TEST_F(package_trainer_test, insists_on_a_count_of_examples) {
  EXPECT_EQ(problem_of_training(R"(cp "$1" "$2"; echo '{}' > "$2-metadata")").code, errc::bad_output);
  EXPECT_EQ(problem_of_training(R"(cp "$1" "$2"; echo '{"num_examples": 0}' > "$2-metadata")").code, errc::bad_output);
}

TEST_F(package_trainer_test, says_which_entry_point_is_missing) {
  EXPECT_EQ(train().error().code, errc::entry_point_missing);
  EXPECT_EQ(validate().error().code, errc::entry_point_missing);
}

TEST_F(package_trainer_test, ends_a_training_on_request) {
  fifo ready(scratch.path() / "ready");
  std::stop_source stop;
  const std::jthread canceller([&] {
    ready.wait_for_writer();
    stop.request_stop();
  });
  script("train", "trap '' TERM; exec 4>../ready; sleep 1000; sleep 1000");
  EXPECT_EQ(train(stop.get_token()).error().code, errc::cancelled);
}

TEST_F(package_trainer_test, does_not_begin_what_was_cancelled_while_it_waited_for_its_turn) {
  std::stop_source stop;
  stop.request_stop();
  script("train", "touch begun");
  EXPECT_EQ(train(stop.get_token()).error().code, errc::cancelled);
  EXPECT_FALSE(std::filesystem::exists(package.project_dir / "begun"));
  EXPECT_FALSE(std::filesystem::exists(work())) << "not even its files";
}

TEST_F(package_trainer_test, validates_by_the_packages_command) {
  script("validate", R"(echo '{"accuracy": 0.75, "loss": 1, "num_examples": 20, "text": "x"}' > "$2")");
  const auto result = validate();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->example_count, 20U);
  EXPECT_EQ(result->metrics, (std::vector<domain::metric>{{"accuracy", 0.75}, {"loss", 1}}));
}

TEST_F(package_trainer_test, accepts_a_validation_without_a_count) {
  script("validate", R"(case "$2" in *.*) exit 1;; esac; echo '{"accuracy": 0.75}' > "$2")");
  const auto result = validate();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->example_count, 0U);
}

TEST_F(package_trainer_test, predicts_by_the_packages_command) {
  script("predict", R"(echo '{"labels": [3, 1], "num_examples": "all"}' > "$2")");
  const auto result = package_trainer(package, work()).predict(model, context, {});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->report, R"({"labels":[3,1],"num_examples":"all"})");
  script("predict", R"(echo '[1]' > "$2")");
  EXPECT_EQ(package_trainer(package, work()).predict(model, context, {}).error().code, errc::bad_output);
}

TEST_F(package_trainer_test, hands_the_settings_of_the_session_over) {
  context.settings = R"({"learning_rate": 0.1})";
  script("train", R"sh(cat "$1-metadata" > seen; exit 1)sh");
  EXPECT_FALSE(train());
  EXPECT_EQ(scratch.read("project/seen"), "{\"learning_rate\": 0.1}\n");
}

TEST_F(package_trainer_test, does_not_follow_links_that_an_entry_point_leaves) {
  std::filesystem::create_directories(work());
  scratch.write("data/secret.json", R"({"num_examples": 1})");
  EXPECT_EQ(problem_of_training(R"(cp "$1" "$2"; ln -s ../../secret.json "$2-metadata")").code, errc::no_output);
  EXPECT_EQ(problem_of_training(R"(ln -s "$1" "$2"; echo '{"num_examples": 1}' > "$2-metadata")").code,
            errc::no_output);
}

TEST_F(package_trainer_test, runs_startup_once_before_the_first_task) {
  script("startup", "echo started >> log");
  script("validate", R"(echo validated >> log; echo '{}' > "$2")");
  package_trainer trainer(package, work());
  EXPECT_TRUE(trainer.validate(model, context, {}));
  EXPECT_TRUE(trainer.validate(model, context, {}));
  EXPECT_EQ(scratch.read("project/log"), "started\nvalidated\nvalidated\n");
}

TEST_F(package_trainer_test, tries_a_failed_startup_again) {
  script("startup", "test -e fixed");
  script("validate", R"(echo '{}' > "$2")");
  package_trainer trainer(package, work());
  EXPECT_EQ(trainer.validate(model, context, {}).error().code, errc::entry_point_failed);
  scratch.write("project/fixed", "");
  EXPECT_TRUE(trainer.validate(model, context, {}));
}

TEST_F(package_trainer_test, says_that_the_disk_is_full_and_works_again_when_it_is_not) {
  const test::small_disk disk(work(), 1 << 20);
  if (!disk.mounted())
    GTEST_SKIP() << "needs the right to mount";
  script("train", R"(cp "$1" "$2" && echo '{"num_examples": 7}' > "$2-metadata")");
  package_trainer trainer(package, work());
  disk.fill();
  const auto before = trainer.train(model, context, {});
  ASSERT_FALSE(before);
  EXPECT_EQ(before.error().code, errc::storage_full) << before.error().text;
  EXPECT_THAT(before.error().text, HasSubstr("free some space"));
  disk.release();
  EXPECT_TRUE(trainer.train(model, context, {}));
}

TEST_F(package_trainer_test, says_that_the_disk_was_full_for_the_command) {
  const test::small_disk disk(work(), 1 << 20);
  if (!disk.mounted())
    GTEST_SKIP() << "needs the right to mount";
  script("train", R"(cat /dev/zero > "$2")");
  const auto result = train();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, errc::storage_full);
  EXPECT_THAT(result.error().text, HasSubstr("No space left on device"));
  EXPECT_TRUE(std::filesystem::is_empty(work())) << "the client lives on";
}

TEST_F(package_trainer_test, kills_what_a_killed_client_left_running) {
  fifo alive(scratch.path() / "alive");
  alive.open();
  std::filesystem::create_directories(work());
  // As entry points leave them behind: one in the group, and one that left even that.
  scratch.write("entry.sh", "exec 3>alive; (setsid sleep 1000 & sleep 1000 &) >/dev/null 2>&1; echo here >&3");
  run_as_entry_point(work());
  package_trainer(package, work());
  EXPECT_EQ(alive.read_to_end(), "here\n") << "both are gone, or this would never return";
}

TEST_F(package_trainer_test, leaves_the_processes_of_other_clients_alone) {
  const fifo release(scratch.path() / "release");
  scratch.write("entry.sh", "cat release >/dev/null 2>&1 &");
  run_as_entry_point(work() / "other");
  package_trainer(package, work());
  const unique_fd writer(::open((scratch.path() / "release").c_str(), O_WRONLY)); // blocks until it reads: it lives
  EXPECT_TRUE(writer);
}

TEST_F(package_trainer_test, leaves_no_files_behind) {
  std::filesystem::create_directories(work() / "task-abcdef"); // of a client that was killed
  scratch.write("data/work/task-abcdef/in.npz", "old");
  script("train", R"(touch "$1.tmp"; cp "$1" "$2"; echo '{"num_examples": 7}' > "$2-metadata")");
  EXPECT_TRUE(train());
  EXPECT_EQ(problem_of_training("exit 1").code, errc::entry_point_failed);
  EXPECT_TRUE(std::filesystem::is_empty(work()));
}

} // namespace
} // namespace fedloom::client
