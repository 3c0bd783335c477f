#include "actors/client/runtime/entry_verdict.hpp"

#include "actors/client/runtime/output_tail.hpp"

#include <csignal>

namespace fedloom::client {

using domain::errc;
using domain::failure;

std::string with_last_output(std::string_view output) {
  /// Errors travel in frames of less than 8 KB.
  constexpr std::size_t reported_output_bytes = 2048;
  const auto lines = last_lines(output, reported_output_bytes);
  return lines.empty() ? ", without any output" : "; its last output:\n" + lines;
}

std::string shown_status(int status) {
  auto text = "status " + std::to_string(status);
  if (status == 128 + SIGXFSZ)
    text += " (a file grew beyond the limit)";
  if (status == 128 + SIGXCPU)
    text += " (its computing time was used up)";
  return text;
}

domain::expected<void> judge(const std::string& entry, const subprocess_outcome& outcome) {
  const auto ended = [&](errc code, const std::string& how) {
    return failure(code, "the entry point " + entry + " " + how + with_last_output(outcome.output));
  };
  switch (outcome.how) {
  case subprocess_end::cancelled:
    return failure(errc::cancelled, "the entry point " + entry + " was ended on request");
  case subprocess_end::timed_out:
    return ended(errc::entry_point_timed_out, "was killed at its time limit");
  case subprocess_end::over_quota:
    return ended(errc::storage_full, "was killed because it wrote more than its sandbox allows");
  case subprocess_end::exited:
    break;
  }
  if (outcome.status != 0)
    return ended(errc::entry_point_failed, "ended with " + shown_status(outcome.status));
  return {};
}

} // namespace fedloom::client
