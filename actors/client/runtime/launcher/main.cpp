/// fedloom-sandbox [LIMITS] [--filter network|no-network] [--keep-group] [--read PATH]... [--write PATH]... --
/// COMMAND...
///
/// Limits itself and becomes the command. A program of its own, because a process with threads and an open database
/// must not do such things between fork and exec. Exit status 126: the command was not run, the last line says why.
#include "actors/client/runtime/launcher/call_filter.hpp"
#include "actors/client/runtime/launcher/file_rules.hpp"
#include "actors/client/runtime/launcher/limits.hpp"
#include "actors/client/runtime/launcher/options.hpp"
#include "actors/client/runtime/launcher/privileges.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace {

using namespace fedloom;
using namespace fedloom::client::launcher;

domain::expected<void> confine(const options& wanted) {
  if (auto limited = set_limits(wanted); !limited || !wanted.filter)
    return limited;
  return drop_privileges().and_then([&] { return allow_only(wanted.read, wanted.write); }).and_then([&] {
    return filter_calls(wanted.network, wanted.keep_group);
  });
}

/// What was held back for the sandbox's own sake is the command's.
void let_signals_through() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

int become(std::vector<std::string>& command) {
  std::vector<char*> words;
  for (auto& word : command)
    words.push_back(word.data());
  words.push_back(nullptr);
  let_signals_through();
  ::execvp(words.front(), words.data());
  std::fprintf(stderr, "fedloom-sandbox: cannot run %s: %s\n", words.front(), std::strerror(errno));
  return 127;
}

} // namespace

int main(int count, char** words) {
  auto wanted = parse(std::vector<std::string>(words + 1, words + count));
  const auto confined = wanted.and_then([](const options& one) { return confine(one); });
  if (!confined) {
    std::fprintf(stderr, "fedloom-sandbox: %s\n", confined.error().text.c_str());
    return 126;
  }
  return become(wanted->command);
}
