#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fedloom::kernel {

/// Plain threads for what must not run in an actor: disk syncs, waits, heavy arithmetic. Jobs run in the order of
/// posting (with one thread) and report by anon_send. The destructor drops what has not begun, and waits for what has.
class worker {
public:
  /// `bound`: jobs that may wait. At the bound `post` refuses.
  worker(std::string name, std::size_t threads, std::size_t bound);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// False: the queue is at its bound or the worker is ending; the job was not taken. An exception in a job ends the
  /// process (a job has nobody to tell): catch inside.
  [[nodiscard]] bool post(std::function<void()> job);
  std::size_t queued() const;

private:
  void run();

  const std::string name_;
  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

} // namespace fedloom::kernel
