#include "actors/client/runtime/subprocess.hpp"

#include "actors/client/runtime/disk_watch.hpp"
#include "actors/client/runtime/stop_event.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <poll.h>

namespace fedloom::client {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto never = clock::time_point::max();

/// Waits for the end of a command, ends it when its time is over, its disk is full or a stop is requested.
class command_watch {
public:
  command_watch(process_group& group, output_reader& output, const stop_event& stop, const subprocess_order& order)
      : group_(group), output_(output), stop_(stop), disk_(order.within), deadline_(clock::now() + order.time_limit) {}

  subprocess_end wait() {
    for (;;) {
      std::array<pollfd, 3> watched{pollfd{group_.leader_fd(), POLLIN, 0}, pollfd{output_.fd(), POLLIN, 0},
                                    pollfd{ended_by_us_ ? -1 : stop_.fd(), POLLIN, 0}};
      const auto wake = std::min(deadline_, disk_.next_look());
      if (::poll(watched.data(), watched.size(), poll_timeout(wake)) < 0)
        continue; // EINTR
      if (watched[1].revents != 0)
        output_.read_some();
      if (watched[0].revents != 0)
        return ended_by_us_.value_or(subprocess_end::exited);
      if (watched[2].revents != 0)
        terminate(subprocess_end::cancelled, cancel_grace);
      else if (!ended_by_us_ && disk_.finds_too_much())
        terminate(subprocess_end::over_quota, domain::milliseconds{0});
      else if (clock::now() >= deadline_)
        deadline_is_over();
    }
  }

private:
  void terminate(subprocess_end reason, domain::milliseconds grace) {
    ended_by_us_ = reason;
    deadline_ = clock::now() + grace;
    group_.signal(SIGTERM);
  }
  void deadline_is_over() {
    if (!ended_by_us_) {
      terminate(subprocess_end::timed_out, timeout_grace);
    } else {
      group_.signal(SIGKILL);
      deadline_ = never;
    }
  }

  process_group& group_;
  output_reader& output_;
  const stop_event& stop_;
  disk_watch disk_;
  clock::time_point deadline_;
  std::optional<subprocess_end> ended_by_us_;
};

} // namespace

process_order order_for(const std::string& command, const std::filesystem::path& folder,
                        const process_environment& variables, const confinement& within) {
  process_order order;
  order.words = within.prefix;
  order.words.insert(order.words.end(), {"bash", "-c", command});
  order.folder = folder;
  order.variables = environment_with(within.variables ? *within.variables : inherited_environment(), variables);
  order.holds_back_sigterm = !within.prefix.empty();
  return order;
}

domain::expected<subprocess_outcome> run_subprocess(const subprocess_order& order, std::stop_token stop) {
  if (stop.stop_requested())
    return subprocess_outcome{subprocess_end::cancelled, 0, {}};
  const stop_event stopped(std::move(stop));
  auto ends = pipe_ends::open();
  if (stopped.fd() < 0 || !ends)
    return domain::failure(domain::errc::entry_point_failed,
                           std::string("cannot open a pipe for the entry point: ") + std::strerror(errno));
  output_reader output(std::move(ends->read));
  auto process = order_for(order.command, order.folder, order.variables, order.within);
  process.output_fd = process.error_fd = ends->write.get();
  auto group = process_group::spawn(process);
  if (!group)
    return tl::unexpected(group.error());
  ends->write.reset();
  subprocess_outcome outcome;
  outcome.how = command_watch(*group, output, stopped, order).wait();
  outcome.status = group->finish();
  output.read_rest();
  outcome.output = output.text();
  return outcome;
}

} // namespace fedloom::client
