#include "cli/children.hpp"

#include <csignal>
#include <poll.h>

namespace fedloom::cli {

using namespace std::chrono_literals;

namespace {

constexpr auto grace = 10s;

} // namespace

outcome children::start(std::string name, client::process_order order) {
  // A process of its own session does not hear of the death of the one that started it.
  const std::vector<std::string> ends_with_us{"setpriv", "--pdeathsig", "TERM", "--"};
  order.words.insert(order.words.begin(), ends_with_us.begin(), ends_with_us.end());
  auto group = client::process_group::spawn(order);
  if (!group) {
    return fail(exit_code::local, group.error().text);
  }
  running_.push_back({std::move(name), std::make_unique<client::process_group>(std::move(*group))});
  return {};
}

std::optional<std::size_t> children::first_ended(int stop_fd, std::optional<std::chrono::milliseconds> limit) const {
  std::vector<pollfd> watched{{stop_fd, POLLIN, 0}};
  for (const auto& one : running_) {
    watched.push_back({one.group->leader_fd(), POLLIN, 0});
  }
  ::poll(watched.data(), watched.size(), limit ? static_cast<int>(limit->count()) : -1);
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (watched[i + 1].revents != 0) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<children::ended> children::wait(std::optional<std::chrono::milliseconds> limit) {
  const auto which = first_ended(stop_.fd(), limit);
  if (!which) {
    return std::nullopt;
  }
  const auto place = running_.begin() + static_cast<std::ptrdiff_t>(*which);
  ended found{place->name, place->group->finish()};
  running_.erase(place);
  return found;
}

void children::end_all() {
  for (auto one = running_.rbegin(); one != running_.rend(); ++one) {
    one->group->signal(SIGTERM);
  }
  const auto deadline = std::chrono::steady_clock::now() + grace;
  for (const auto& one : running_) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd watched{one.group->leader_fd(), POLLIN, 0};
    ::poll(&watched, 1, static_cast<int>(std::max(0ms, left).count()));
  }
  running_.clear(); // kills who is left
}

} // namespace fedloom::cli
