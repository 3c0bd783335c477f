#include "actors/client/runtime/landlock_version.hpp"
#include "actors/client/runtime/sandbox.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "tests/actors/client/runtime/fifo.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using domain::errc;
using testing::HasSubstr;
using testing::Not;

const interpreter& python() {
  static const auto found = find_interpreter();
  return found;
}

/// Each test runs at each level that works here.
class sandbox_test : public testing::TestWithParam<sandbox_level> {
protected:
  void SetUp() override {
    fs::create_directory(work());
    fs::create_directory(data());
    policy.best = policy.least = GetParam();
    policy.readable = {data()};
    if (auto works = sandbox::open(policy, FEDLOOM_SANDBOX, python()))
      opened = std::move(*works);
    else
      GTEST_SKIP() << works.error().text;
  }

  void reopen() {
    auto again = sandbox::open(policy, FEDLOOM_SANDBOX, python());
    ASSERT_TRUE(again) << to_string(again.error());
    opened = std::move(*again);
  }
  subprocess_outcome run(const std::string& command, domain::milliseconds limit = 60s, std::stop_token stop = {}) {
    const auto within = opened.around({{work()}, {}, work() / "home"});
    const auto outcome = run_subprocess({command, work(), limit, {}, within}, std::move(stop));
    EXPECT_TRUE(outcome) << to_string(outcome.error());
    return outcome.value_or(subprocess_outcome{});
  }
  bool confines_files() const {
    return GetParam() == sandbox_level::bubblewrap || (GetParam() == sandbox_level::seccomp && landlock_version() > 0);
  }
  bool confines() const { return GetParam() != sandbox_level::none; }
  fs::path work() const { return folder.path() / "work"; }
  fs::path data() const { return folder.path() / "data"; }

  scratch_folder folder;
  sandbox_policy policy;
  sandbox opened = sandbox::off();
};

INSTANTIATE_TEST_SUITE_P(each_level, sandbox_test,
                         testing::Values(sandbox_level::none, sandbox_level::seccomp, sandbox_level::bubblewrap),
                         [](const auto& one) { return std::string(to_string(one.param)); });

TEST_P(sandbox_test, runs_a_command_in_its_folder) {
  const auto outcome = run("pwd; echo out; echo err >&2; exit 7");
  EXPECT_EQ(outcome.output, work().string() + "\nout\nerr\n");
  EXPECT_EQ(outcome.status, 7);
  EXPECT_EQ(run("kill -9 $$").status, 128 + 9);
}

TEST_P(sandbox_test, runs_python_and_its_processes) {
  const auto outcome = run("python3 -c 'import multiprocessing as m\n"
                           "with m.Pool(2) as pool: print(sum(pool.map(abs, [-1, -2, -3])))'");
  EXPECT_EQ(outcome.output, "6\n");
}

TEST_P(sandbox_test, writes_only_where_it_may) {
  folder.write("data/table.csv", "1,2,3\n");
  EXPECT_EQ(run("cat '" + data().string() + "/table.csv' > copy; cat copy").output, "1,2,3\n");
  EXPECT_EQ(folder.read("work/copy"), "1,2,3\n");
  if (!confines_files())
    GTEST_SKIP() << "files are not confined here";
  EXPECT_NE(run("echo x > '" + data().string() + "/table.csv'").status, 0);
  EXPECT_NE(run("echo x > '" + data().string() + "/new'").status, 0);
  EXPECT_NE(run("rm '" + data().string() + "/table.csv'").status, 0);
  EXPECT_NE(run("echo x > /usr/fedloom-evil").status, 0);
  EXPECT_EQ(folder.read("data/table.csv"), "1,2,3\n");
}

TEST_P(sandbox_test, does_not_read_the_clients_key) {
  if (!confines_files())
    GTEST_SKIP() << "files are not confined here";
  const auto key = folder.write("keys/client.key", "secret");
  const auto outcome = run("cat '" + key.string() + "'; cat /etc/shadow; cat ../keys/client.key");
  EXPECT_THAT(outcome.output, Not(HasSubstr("secret")));
  EXPECT_THAT(outcome.output, Not(HasSubstr("root:")));
  EXPECT_NE(outcome.status, 0);
}

TEST_P(sandbox_test, does_not_read_the_clients_environment_or_memory) {
  if (!confines() || (GetParam() == sandbox_level::seccomp && landlock_version() < 6))
    GTEST_SKIP() << "not confined";
  const auto client = std::to_string(::getpid());
  EXPECT_NE(run("cat /proc/" + client + "/environ > /dev/null").status, 0);
  EXPECT_NE(run("kill -0 " + client).status, 0) << "nor can it signal the client";
}

TEST_P(sandbox_test, sees_only_variables_that_may_pass) {
  ::setenv("FEDLOOM_CONTROLLER_TOKEN", "secret", 1);
  ::setenv("FEDN_DATA_PATH", "/data", 1);
  const auto outcome = run("env");
  ::unsetenv("FEDLOOM_CONTROLLER_TOKEN");
  ::unsetenv("FEDN_DATA_PATH");
  EXPECT_THAT(outcome.output, Not(HasSubstr("secret")));
  EXPECT_THAT(outcome.output, HasSubstr("FEDN_DATA_PATH=/data\n"));
  EXPECT_THAT(outcome.output, HasSubstr("OMP_NUM_THREADS="));
}

TEST_P(sandbox_test, has_a_home_and_a_place_for_temporary_files) {
  if (!confines())
    GTEST_SKIP() << "not confined";
  EXPECT_EQ(run("mktemp > /dev/null && cd && touch .cache && echo fine").output, "fine\n");
  EXPECT_TRUE(fs::exists(work() / "home/.cache"));
}

/// A server of this machine, as the client's neighbours are.
class listener {
public:
  listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_.get(), 8);
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  const std::string& port() const { return port_; }

private:
  unique_fd socket_;
  std::string port_;
};

TEST_P(sandbox_test, has_no_network_unless_it_is_given) {
  const listener server;
  const auto connect = "exec 3<>/dev/tcp/127.0.0.1/" + server.port();
  if (confines()) {
    EXPECT_NE(run(connect).status, 0);
  }
  policy.network = true;
  reopen();
  EXPECT_EQ(run(connect).status, 0);
}

TEST_P(sandbox_test, refuses_the_calls_of_attackers) {
  if (!confines())
    GTEST_SKIP() << "not confined";
  EXPECT_NE(run("unshare -U true").status, 0);
  EXPECT_NE(run("mkdir m && mount -t tmpfs none m").status, 0);
  EXPECT_NE(run("mknod null c 1 3").status, 0);
  EXPECT_EQ(run("grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status").output,
            "CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
}

TEST_P(sandbox_test, limits_memory_files_descriptors_and_time) {
  policy.limits.address_space_bytes = std::uint64_t{1} << 30;
  policy.limits.file_bytes = 1 << 20;
  policy.limits.open_files = 20;
  reopen();
  EXPECT_THAT(run("python3 -c 'bytearray(10 << 30)'").output, HasSubstr("MemoryError"));
  EXPECT_THAT(run("python3 -c 'open(\"big\", \"wb\").write(bytes(2 << 20))'").output, HasSubstr("File too large"));
  EXPECT_EQ(fs::file_size(work() / "big"), 1U << 20U);
  EXPECT_THAT(run("python3 -c '[open(\"/dev/null\") for _ in range(30)]'").output, HasSubstr("Too many open files"));
  EXPECT_EQ(run("ulimit -c").output, "0\n");
}

TEST_P(sandbox_test, ends_what_computes_for_too_long) {
  policy.limits.cpu_seconds = 1;
  reopen();
  EXPECT_EQ(run("while :; do :; done").status, 128 + SIGXCPU);
}

TEST_P(sandbox_test, keeps_a_readable_folder_readable_within_a_writable_one) {
  fs::create_directory(work() / "data");
  policy.readable = {work() / "data"};
  reopen();
  folder.write("work/data/table.csv", "1\n");
  EXPECT_EQ(run("cat data/table.csv").output, "1\n");
  if (GetParam() == sandbox_level::bubblewrap) {
    EXPECT_NE(run("echo 2 > data/table.csv").status, 0);
  }
}

TEST_P(sandbox_test, ends_a_command_that_fills_the_disk_with_many_files) {
  policy.limits.disk_bytes = 4 << 20;
  reopen();
  const auto outcome = run("for ((i = 0; ; i++)); do head -c 100000 /dev/zero > file$i; done");
  EXPECT_EQ(outcome.how, subprocess_end::over_quota);
}

TEST_P(sandbox_test, kills_what_forks_away_into_a_session_of_its_own) {
  if (!confines())
    GTEST_SKIP() << "not confined";
  fifo alive(work() / "alive");
  alive.open();
  const auto outcome = run("exec 3>alive; echo here >&3; "
                           "python3 -c 'import os, time\n"
                           "if os.fork(): os._exit(0)\n"
                           "os.setsid()\n"
                           "if os.fork(): os._exit(0)\n"
                           "os.execvp(\"tail\", [\"tail\", \"-f\", \"/dev/null\"])'; exit 0");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(alive.read_to_end(), "here\n") << "or this would never return";
}

TEST_P(sandbox_test, lets_a_command_that_heeds_the_request_clean_up) {
  fifo ready(work() / "ready");
  std::stop_source stop;
  const std::jthread canceller([&] {
    ready.wait_for_writer();
    stop.request_stop();
  });
  const auto outcome =
      run("trap 'echo cleaned up; exit 3' TERM; tail -f /dev/null & exec 4>ready; wait", 60s, stop.get_token());
  EXPECT_EQ(outcome.how, subprocess_end::cancelled);
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.output, "cleaned up\n");
}

TEST_P(sandbox_test, kills_a_command_that_ignores_its_end) {
  fifo alive(work() / "alive");
  alive.open();
  const auto outcome = run("exec 3>alive; trap '' TERM; while :; do tail -f /dev/null; done", 300ms);
  EXPECT_EQ(outcome.how, subprocess_end::timed_out);
  EXPECT_EQ(alive.read_to_end(), "");
}

TEST_P(sandbox_test, says_which_level_is_in_force) {
  EXPECT_EQ(opened.level(), GetParam());
  EXPECT_TRUE(opened.description().starts_with(to_string(GetParam()))) << opened.description();
}

TEST(sandbox_choice_test, takes_the_strongest_that_works) {
  const auto opened = sandbox::open({}, FEDLOOM_SANDBOX, python());
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_GE(opened->level(), sandbox_level::seccomp) << opened->description();
}

TEST(sandbox_choice_test, falls_back_and_says_why) {
  const auto path = std::string(std::getenv("PATH"));
  const scratch_folder only_bash; // a PATH without bwrap
  fs::create_symlink("/bin/bash", only_bash.path() / "bash");
  ::setenv("PATH", only_bash.path().c_str(), 1);
  sandbox_policy policy;
  policy.readable = {only_bash.path()};
  const auto fallen = sandbox::open(policy, FEDLOOM_SANDBOX, {});
  policy.least = sandbox_level::bubblewrap;
  const auto refused = sandbox::open(policy, FEDLOOM_SANDBOX, {});
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_TRUE(fallen) << to_string(fallen.error());
  EXPECT_EQ(fallen->level(), sandbox_level::seccomp);
  EXPECT_THAT(fallen->description(), HasSubstr("bwrap"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::unavailable);
}

TEST(sandbox_choice_test, says_that_the_launcher_is_missing) {
  const auto opened = sandbox::open({}, "/nowhere/fedloom-sandbox", {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::unavailable);
  EXPECT_THAT(opened.error().text, HasSubstr("/nowhere/fedloom-sandbox"));
}

TEST(sandbox_choice_test, knows_its_levels_by_name) {
  EXPECT_EQ(sandbox_level_from("seccomp"), sandbox_level::seccomp);
  EXPECT_EQ(sandbox_level_from("jail"), std::nullopt);
}

TEST(sandbox_launcher_test, runs_nothing_that_it_cannot_confine) {
  const auto run = [](const std::string& arguments) {
    return run_subprocess({std::string("'") + FEDLOOM_SANDBOX + "' " + arguments, "/", 60s}, {})
        .value_or(subprocess_outcome{});
  };
  EXPECT_EQ(run("--open-files many -- echo ran").status, 126);
  EXPECT_EQ(run("--unknown 1 -- echo ran").status, 126);
  EXPECT_EQ(run("--filter maybe -- echo ran").status, 126);
  EXPECT_EQ(run("--open-files 10").status, 126);
  EXPECT_THAT(run("--open-files").output, HasSubstr("--open-files needs a value"));
  EXPECT_EQ(run("-- /nowhere/program").status, 127);
  EXPECT_EQ(run("-- echo ran").output, "ran\n");
}

} // namespace
} // namespace fedloom::client
