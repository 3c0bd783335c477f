#pragma once
#include "actors/client/runtime/output_pipe.hpp"
#include "actors/client/runtime/process_group.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "actors/client/runtime/worker_line.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace fedloom::client {

/// A process that stays alive and answers one line of its standard input with one of its standard output; all else that
/// it prints is kept as output. Whatever happens to a question but an answer ends the process.
class worker_process {
public:
  /// `entry_point_failed` when it cannot be started.
  static domain::expected<worker_process> start(const std::string& command, const std::filesystem::path& folder,
                                                const process_environment& variables, const confinement& within);

  /// False once it has ended.
  bool is_alive() const;
  /// How it ended before it answered; none: it answered.
  struct reply {
    std::optional<worker_answer> answer;
    subprocess_outcome end;
  };
  reply ask(const std::string& line, domain::milliseconds time_limit, std::stop_token stop);
  /// The last of what it printed, answers apart.
  std::string output() const;

private:
  worker_process(confinement within, process_group group, unique_fd input, unique_fd output, unique_fd errors)
      : within_(std::move(within)), group_(std::move(group)), input_(std::move(input)), output_(std::move(output)),
        errors_(std::move(errors)) {}
  /// What came after an answer answers nothing.
  void pass_over_what_is_left();
  bool write_some(std::string_view& rest);
  std::optional<worker_answer> take(std::string_view bytes);
  subprocess_outcome end(subprocess_end how);

  confinement within_;
  process_group group_;
  unique_fd input_;
  output_reader output_;
  output_reader errors_;
  std::string line_; ///< the beginning of a line that is not whole yet
  output_tail printed_{kept_output_bytes};
};

} // namespace fedloom::client
