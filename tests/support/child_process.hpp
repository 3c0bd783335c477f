#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace fedloom::test {

/// A program that the test starts, with its standard output and error in one pipe. Killed when it dies before its end.
class child_process {
public:
  /// `variables`: "NAME=value", added to this process' environment.
  explicit child_process(std::vector<std::string> command, std::vector<std::string> variables = {}) {
    int ends[2];
    if (::pipe(ends) != 0) {
      throw std::runtime_error("no pipe");
    }
    id_ = ::fork();
    if (id_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      for (auto& variable : variables) {
        ::putenv(variable.data());
      }
      std::vector<char*> arguments;
      for (auto& word : command) {
        arguments.push_back(word.data());
      }
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~child_process() {
    if (!ended_) {
      ::kill(id_, SIGKILL);
      wait();
    }
    std::fclose(output_);
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// The next line without its end; empty at the output's end.
  std::string read_line() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
      line.push_back(static_cast<char>(c));
    }
    return line;
  }
  /// Reads on to a line that holds `text`. False: the output ended before.
  bool read_until(const std::string& text) {
    for (;;) {
      const auto line = read_line();
      if (line.find(text) != std::string::npos) {
        return true;
      }
      if (line.empty() && std::feof(output_) != 0) {
        return false;
      }
    }
  }
  std::string read_all() {
    std::string all;
    for (int c = std::fgetc(output_); c != EOF; c = std::fgetc(output_)) {
      all.push_back(static_cast<char>(c));
    }
    return all;
  }

  void send(int signal) const { ::kill(id_, signal); }
  /// The exit status, or 128 + the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(id_, &status, 0);
    ended_ = true;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

private:
  pid_t id_ = -1;
  FILE* output_ = nullptr;
  bool ended_ = false;
};

} // namespace fedloom::test
