#include "actors/client/runtime/worker_line.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::client {

std::string worker_request(const std::string& task, std::span<const std::filesystem::path> arguments) {
  nlohmann::ordered_json request;
  request["task"] = task;
  if (!arguments.empty())
    request["model_in"] = arguments[0].string();
  if (arguments.size() > 1)
    request[task == "train" ? "model_out" : "result_out"] = arguments[1].string();
  return request.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::optional<worker_answer> read_answer(std::string_view line) {
  if (!line.starts_with('{'))
    return std::nullopt;
  const auto parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object())
    return std::nullopt;
  if (const auto problem = parsed.find("error"); problem != parsed.end())
    return worker_answer{false, problem->is_string() ? problem->get<std::string>() : problem->dump()};
  if (const auto ok = parsed.find("ok"); ok != parsed.end() && ok->is_boolean())
    return worker_answer{ok->get<bool>(), {}};
  return std::nullopt;
}

} // namespace fedloom::client
