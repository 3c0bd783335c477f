#pragma once
#include <sys/resource.h>

#include <csignal>

namespace fedloom::test {

/// While it lives, no file of this process may grow beyond `bytes`: what a full disk feels like. One at a time.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) {
    signal_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;

private:
  rlimit before_{};
  void (*signal_)(int) = SIG_DFL;
};

} // namespace fedloom::test
