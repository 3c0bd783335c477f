#include "tests/bench/processes.hpp"

#include "tests/bench/bench_failure.hpp"

#include <poll.h>

#include <cerrno>
#include <ranges>

namespace fedloom::bench {

namespace {

constexpr std::chrono::milliseconds stop_patience{15000};

} // namespace

pid_t processes::start(const std::string& name, const std::vector<std::string>& command) {
  return children_.emplace_back(name, command, log_folder_ / (name + ".log")).id();
}

bool processes::wait(int fd, std::chrono::milliseconds limit) {
  std::vector<pollfd> watched{{signals_.fd(), POLLIN, 0}, {fd, POLLIN, 0}};
  for (const auto& each : children_) {
    watched.push_back({each.end_fd(), POLLIN, 0});
  }
  if (::poll(watched.data(), watched.size(), static_cast<int>(limit.count())) < 0 && errno != EINTR) {
    throw bench_failure("poll failed");
  }
  if (watched[0].revents != 0) {
    throw interrupted();
  }
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (watched[i + 2].revents != 0) {
      const auto status = children_[i].wait(stop_patience);
      throw bench_failure(children_[i].name() + " ended with status " + std::to_string(status) + '\n' +
                          children_[i].log_tail());
    }
  }
  return watched[1].revents != 0;
}

std::string processes::log_tails() const {
  std::string all;
  for (const auto& each : children_) {
    all += each.log_tail();
  }
  return all;
}

void processes::stop() {
  if (const auto complaints = end_all(); !complaints.empty()) {
    throw bench_failure(complaints);
  }
}

std::string processes::end_all() {
  std::string complaints;
  for (auto& each : children_ | std::views::reverse) {
    each.ask_to_end();
    if (const auto status = each.wait(stop_patience); status != 0) {
      complaints += each.name() + " ended with status " + std::to_string(status) + " when asked to\n" + each.log_tail();
    }
  }
  children_.clear();
  return complaints;
}

} // namespace fedloom::bench
