#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fedloom::client {

/// One line for a worker, with its end:
///
///   {"task":"train","model_in":IN,"model_out":OUT}
///   {"task":"validate","model_in":IN,"result_out":OUT}      predict likewise
std::string worker_request(const std::string& task, std::span<const std::filesystem::path> arguments);

/// What a worker says at the end of a task: {"ok":true}, or {"error":"why"}.
struct worker_answer {
  bool ok = false;
  std::string problem;
};

/// None for any other line: a worker, and what it imports, may print what it likes.
std::optional<worker_answer> read_answer(std::string_view line);

} // namespace fedloom::client
