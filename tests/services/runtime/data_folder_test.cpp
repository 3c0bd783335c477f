#include "services/runtime/data_folder.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <future>

namespace fedloom::test {

using testing::HasSubstr;
using testing::StartsWith;

namespace {

constexpr domain::milliseconds at_once{0};

} // namespace

TEST(data_folder_test, belongs_to_one_holder_at_a_time) {
  const temporary_folder folder;
  {
    const auto first = runtime::lock_data_folder(folder.path(), at_once);
    ASSERT_TRUE(first);
    const auto second = runtime::lock_data_folder(folder.path(), at_once);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, domain::errc::storage_failed);
    EXPECT_THAT(second.error().text, HasSubstr(folder.path().string() + " is in use, another process has it open"));
  }
  EXPECT_TRUE(runtime::lock_data_folder(folder.path(), at_once));
}

TEST(data_folder_test, stays_held_while_what_is_in_it_is_deleted) {
  const temporary_folder folder;
  const auto first = runtime::lock_data_folder(folder.path(), at_once);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::remove_all(entry);
  }
  EXPECT_FALSE(runtime::lock_data_folder(folder.path(), at_once));
}

TEST(data_folder_test, is_free_when_its_holder_was_killed) {
  const temporary_folder folder;
  const auto child = ::fork();
  if (child == 0) {
    const auto held = runtime::lock_data_folder(folder.path(), at_once);
    ::kill(::getpid(), held ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_TRUE(runtime::lock_data_folder(folder.path(), at_once));
}

TEST(data_folder_test, is_waited_for_while_a_killed_holder_has_a_child_that_is_not_a_program_of_its_own_yet) {
  const temporary_folder folder;
  std::array<int, 2> end{};
  std::array<int, 2> begun{};
  ASSERT_EQ(::pipe(end.data()), 0);
  ASSERT_EQ(::pipe(begun.data()), 0);
  const auto holder = ::fork();
  if (holder == 0) {
    const auto held = runtime::lock_data_folder(folder.path(), at_once);
    char byte = 0;
    if (::fork() == 0) {
      ::close(end[1]);
      ::_exit(static_cast<int>(::read(end[0], &byte, 1))); // where an exec would be
    }
    ::_exit(static_cast<int>(::write(begun[1], &byte, 1)));
  }
  char byte = 0;
  ASSERT_EQ(::read(begun[0], &byte, 1), 1);
  ASSERT_EQ(::waitpid(holder, nullptr, 0), holder);
  EXPECT_FALSE(runtime::lock_data_folder(folder.path(), at_once));
  auto waiting = std::async(
      std::launch::async, [&] { return runtime::lock_data_folder(folder.path(), std::chrono::hours{1}).has_value(); });
  ::close(end[1]);
  EXPECT_TRUE(waiting.get());
  for (const auto one : {end[0], begun[0], begun[1]}) {
    ::close(one);
  }
}

TEST(data_folder_test, is_not_held_by_a_program_that_the_holder_started) {
  const temporary_folder folder;
  std::array<int, 2> end{};
  std::array<int, 2> begun{};
  ASSERT_EQ(::pipe(end.data()), 0);
  ASSERT_EQ(::pipe(begun.data()), 0);
  auto held = runtime::lock_data_folder(folder.path(), at_once);
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(end[0], 0);
    ::dup2(begun[1], 1);
    ::close(end[1]);
    ::execlp("sh", "sh", "-c", "echo; read line", nullptr);
    ::_exit(1);
  }
  char newline = 0;
  EXPECT_EQ(::read(begun[0], &newline, 1), 1);
  held = runtime::folder_lock();
  EXPECT_TRUE(runtime::lock_data_folder(folder.path(), at_once)) << "while the program runs";
  ::close(end[1]);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST(data_folder_test, keeps_the_id_that_it_was_given_first) {
  const temporary_folder folder;
  const auto id = runtime::stable_id(folder.path(), "", "combiner").value();
  EXPECT_THAT(id, StartsWith("combiner-"));
  EXPECT_EQ(runtime::stable_id(folder.path(), "", "combiner").value(), id);
  EXPECT_EQ(runtime::stable_id(folder.path(), "hospital-7", "combiner").value(), "hospital-7") << "configured";
}

TEST(data_folder_test, names_a_folder_that_is_not_there) {
  const auto absent = runtime::lock_data_folder("/no/such/folder");
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().text, HasSubstr("/no/such/folder"));
}

} // namespace fedloom::test
