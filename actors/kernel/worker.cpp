#include "actors/kernel/worker.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace fedloom::kernel {

worker::worker(std::string name, std::size_t threads, std::size_t bound) : name_(std::move(name)), bound_(bound) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

worker::~worker() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    dropped.swap(jobs_);
  }
  wake_.notify_all();
  dropped.clear(); // not under the lock: what a job owns may post here when it dies
  for (auto& thread : threads_) {
    thread.join();
  }
}

bool worker::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || jobs_.size() >= bound_) {
      return false;
    }
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::size_t worker::queued() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void worker::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str()); // the kernel keeps 15 characters
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      if (ending_) {
        return;
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

} // namespace fedloom::kernel
