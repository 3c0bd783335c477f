#include "actors/client/runtime/one_shot_runner.hpp"

#include "actors/client/runtime/entry_verdict.hpp"
#include "actors/client/runtime/subprocess.hpp"

namespace fedloom::client {

domain::expected<void> one_shot_runner::run(const entry_order& order, std::stop_token stop) {
  const auto line = package::command_line(package_, order.entry, order.arguments);
  if (!line)
    return tl::unexpected(line.error());
  auto variables = variables_;
  if (within_.variables && !order.arguments.empty()) // its temporary files go with the task's own
    variables.push_back("TMPDIR=" + order.arguments.front().parent_path().string());
  const auto outcome =
      run_subprocess({*line, package_.project_dir, order.time_limit, variables, within_}, std::move(stop));
  if (!outcome)
    return tl::unexpected(outcome.error());
  return judge(order.entry, *outcome);
}

} // namespace fedloom::client
