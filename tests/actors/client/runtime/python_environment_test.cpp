#include "actors/client/runtime/python_environment.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "tests/actors/client/runtime/fifo.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <thread>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// `python` is a script that stands for the interpreter: `-m venv --clear DIR` and `-m pip install -r LIST`.
class python_environment_test : public testing::Test {
protected:
  python_environment_test() {
    pip("cat \"$5\" >> '" + (scratch.path() / "installed").string() + "'");
    order.python = scratch.path() / "python";
  }
  void pip(const std::string& install) const {
    const auto made = "echo made >> '" + (scratch.path() / "made").string() + "'";
    const auto python = scratch.write("python", "#!/bin/bash\nset -e\nif [ $2 = venv ]; then " + made +
                                                    "; mkdir -p \"$4/bin\"; touch \"$4/bin/activate\"; cp \"$0\" "
                                                    "\"$4/bin/python\"; else " +
                                                    install + "; fi\n");
    fs::permissions(python, fs::perms::owner_all);
  }
  domain::expected<fs::path> prepare(std::stop_token stop = {}) const {
    return environments.prepare(wanted, order, std::move(stop));
  }

  scratch_folder scratch;
  python_environments environments{scratch.path() / "environments"};
  package::python_requirements wanted{"any", "", {"pip"}, {"numpy==1.24", "scipy"}};
  environment_order order;
};

TEST_F(python_environment_test, installs_build_dependencies_first) {
  const auto made = prepare();
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_TRUE(package::is_environment(*made));
  EXPECT_EQ(scratch.read("installed"), "pip\nnumpy==1.24\nscipy\n");
}

TEST_F(python_environment_test, makes_the_same_content_once) {
  const auto first = prepare();
  wanted.name = "another";
  const auto second = prepare();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(scratch.read("made"), "made\n");
  wanted.dependencies = {"numpy==1.25"};
  EXPECT_NE(prepare().value(), *first);
}

TEST_F(python_environment_test, makes_a_half_made_one_anew) {
  const auto made = prepare();
  fs::remove(*made / "fedloom-complete");
  scratch.write(fs::relative(*made, scratch.path()).string() + "/left_by_the_killed", "");
  ASSERT_TRUE(prepare());
  EXPECT_EQ(scratch.read("made"), "made\nmade\n");
  EXPECT_FALSE(fs::exists(*made / "left_by_the_killed"));
}

TEST_F(python_environment_test, is_made_by_one_of_two_who_ask_at_once) {
  {
    const std::jthread one([&] { EXPECT_TRUE(prepare()); });
    const std::jthread two(
        [&] { EXPECT_TRUE(python_environments(scratch.path() / "environments").prepare(wanted, order, {})); });
  }
  EXPECT_EQ(scratch.read("made"), "made\n");
}

TEST_F(python_environment_test, tells_the_end_of_pips_output_and_where_all_of_it_is) {
  pip("seq 10000; echo 'ERROR: No matching distribution found for nonsense' >&2; exit 1");
  const auto made = prepare();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::entry_point_failed);
  EXPECT_THAT(made.error().text, HasSubstr("No matching distribution found for nonsense"));
  EXPECT_LT(made.error().text.size(), 4096U);
  const auto log = made.error().text.substr(made.error().text.find("/environments"));
  EXPECT_THAT(scratch.read(log.substr(1, log.find(".log") + 3)), HasSubstr("\n10000\nERROR"));
  pip("true");
  EXPECT_TRUE(prepare()) << "the next try begins anew";
}

TEST_F(python_environment_test, is_told_to_ask_nobody) {
  pip("echo $PIP_NO_INPUT >> '" + (scratch.path() / "installed").string() + "'");
  ASSERT_TRUE(prepare());
  EXPECT_EQ(scratch.read("installed"), "1\n1\n");
}

TEST_F(python_environment_test, ends_on_request_and_at_its_time_limit) {
  fifo ready(scratch.path() / "ready");
  pip("exec 4>'" + (scratch.path() / "ready").string() + "'; tail -f /dev/null");
  std::stop_source stop;
  {
    const std::jthread canceller([&] {
      ready.wait_for_writer();
      stop.request_stop();
    });
    EXPECT_EQ(prepare(stop.get_token()).error().code, errc::cancelled);
  }
  pip("tail -f /dev/null");
  order.time_limit = 300ms;
  EXPECT_EQ(prepare().error().code, errc::entry_point_timed_out);
}

TEST_F(python_environment_test, gives_a_package_what_it_asks_for) {
  package::compute_package package{scratch.path(), {{"train", "true"}}};
  ASSERT_TRUE(prepare_environment(package, environments, order, {}));
  EXPECT_EQ(package.python_env, std::nullopt) << "it asks for none";
  package.environment_file = scratch.write("python_env.yaml", "dependencies: [numpy]\n");
  ASSERT_TRUE(prepare_environment(package, environments, order, {}));
  EXPECT_TRUE(package::is_environment(package.python_env.value()));
  package.python_env = "/prepared";
  ASSERT_TRUE(prepare_environment(package, environments, order, {}));
  EXPECT_EQ(package.python_env, "/prepared");
}

TEST_F(python_environment_test, works_with_the_real_python) {
  const auto python = find_interpreter();
  if (python.executable.empty() || std::system((python.executable.string() + " -c 'import ensurepip'").c_str()) != 0)
    GTEST_SKIP() << "needs python3 with venv";
  // A wheel is a zip file with two texts beside the code.
  const test::temporary_folder wheels;
  scratch.write("wheel.py",
                "import sys, zipfile\n"
                "with zipfile.ZipFile(sys.argv[1] + '/answer-1.0-py3-none-any.whl', 'w') as wheel:\n"
                "  wheel.writestr('answer.py', 'value = 42')\n"
                "  info = 'answer-1.0.dist-info/'\n"
                "  wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: answer\\nVersion: 1.0')\n"
                "  wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nTag: py3-none-any')\n"
                "  wheel.writestr(info + 'RECORD', '')\n");
  ASSERT_EQ(run_subprocess({"python3 wheel.py " + wheels.path().string(), scratch.path(), 60s}, {})->status, 0);
  order.python = python.executable;
  wanted = {"real", "", {}, {"--no-index", "--find-links " + wheels.path().string(), "answer==1.0"}};
  const auto made = prepare();
  ASSERT_TRUE(made) << to_string(made.error());
  package::compute_package package{
      scratch.path(), {{"train", "python3 -c 'import answer; print(answer.value)'"}}, *made};
  const auto line = package::command_line(package, "train", {});
  EXPECT_EQ(run_subprocess({*line, scratch.path(), 60s}, {})->output, "42\n");
}

} // namespace
} // namespace fedloom::client
