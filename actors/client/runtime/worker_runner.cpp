#include "actors/client/runtime/worker_runner.hpp"

#include "actors/client/runtime/entry_verdict.hpp"
#include "actors/client/runtime/worker_line.hpp"

namespace fedloom::client {

worker_runner::worker_runner(package::compute_package package, confinement within, process_environment variables)
    : package_(package), within_(within), variables_(variables),
      others_(std::move(package), std::move(within), std::move(variables)) {}

domain::expected<void> worker_runner::run(const entry_order& order, std::stop_token stop) {
  if (!package::is_for_worker(package_, order.entry))
    return others_.run(order, std::move(stop));
  if (stop.stop_requested())
    return domain::failure(domain::errc::cancelled, "the task was ended on request before it began");
  return ready().and_then([&] { return ask(order, std::move(stop)); });
}

domain::expected<void> worker_runner::ready() {
  if (worker_ && worker_->is_alive())
    return {};
  worker_.reset();
  const auto line = package::command_line(package_, "worker", {});
  if (!line)
    return tl::unexpected(line.error());
  auto started = worker_process::start(*line, package_.project_dir, variables_, within_);
  if (!started)
    return tl::unexpected(started.error());
  worker_.emplace(std::move(*started));
  return {};
}

domain::expected<void> worker_runner::ask(const entry_order& order, std::stop_token stop) {
  const auto reply = worker_->ask(worker_request(order.entry, order.arguments), order.time_limit, std::move(stop));
  if (reply.answer && reply.answer->ok)
    return {};
  if (reply.answer)
    return domain::failure(domain::errc::entry_point_failed, "the worker could not " + order.entry + ": " +
                                                                 last_lines(reply.answer->problem, 1024) +
                                                                 with_last_output(worker_->output()));
  worker_.reset();
  if (reply.end.how == subprocess_end::exited)
    return domain::failure(domain::errc::entry_point_failed, "the worker ended with " + shown_status(reply.end.status) +
                                                                 " instead of an answer to " + order.entry +
                                                                 with_last_output(reply.end.output));
  return judge(order.entry, reply.end);
}

std::unique_ptr<entry_runner> make_entry_runner(package::compute_package package, confinement within,
                                                process_environment variables) {
  if (package.entry_points.contains("worker"))
    return std::make_unique<worker_runner>(std::move(package), std::move(within), std::move(variables));
  return std::make_unique<one_shot_runner>(std::move(package), std::move(within), std::move(variables));
}

} // namespace fedloom::client
