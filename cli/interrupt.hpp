#pragma once
#include <stop_token>
#include <thread>

namespace fedloom::cli {

/// SIGINT and SIGTERM as a stop token, as long as it lives: a verb ends what it began, and then the process. A second
/// signal ends the process at once. First thing in main, before there is any other thread.
class interrupt_watch {
public:
  interrupt_watch();
  ~interrupt_watch();
  interrupt_watch(const interrupt_watch&) = delete;
  interrupt_watch& operator=(const interrupt_watch&) = delete;

  std::stop_token token() const { return source_.get_token(); }

private:
  void wait_for_signals();

  std::stop_source source_;
  int signals_;
  int ending_;
  std::jthread watching_;
};

} // namespace fedloom::cli
