#include "cli/program.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <unistd.h>

namespace fedloom::cli {

namespace fs = std::filesystem;

namespace {

bool is_program(const fs::path& file) {
  std::error_code unreadable;
  return fs::is_regular_file(file, unreadable) && ::access(file.c_str(), X_OK) == 0;
}

} // namespace

fs::path own_folder() {
  std::error_code unreadable;
  return fs::read_symlink("/proc/self/exe", unreadable).parent_path();
}

result<fs::path> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(own_folder().string() + ':' + (path == nullptr ? "" : path));
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (const auto file = fs::path(folder) / name; !folder.empty() && is_program(file)) {
      return file;
    }
  }
  return fail(exit_code::local, name + " is neither beside fedloom, in " + own_folder().string() +
                                    ", nor in PATH; build it: cmake --build build/release");
}

outcome become(const fs::path& program, const std::vector<std::string>& words, const variables& with) {
  for (const auto& [name, value] : with) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<std::string> all{program.string()};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (auto& one : all) {
    pointers.push_back(one.data());
  }
  pointers.push_back(nullptr);
  // The signals that were waited for here are the other program's now.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(program.c_str(), pointers.data());
  return fail(exit_code::local, program.string() + " cannot be started: " + std::strerror(errno));
}

} // namespace fedloom::cli
