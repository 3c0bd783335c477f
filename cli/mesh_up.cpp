#include "cli/mesh_up.hpp"

#include "cli/free_ports.hpp"

#include <algorithm>
#include <deque>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>

namespace fedloom::cli {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto look_again = 50ms;
constexpr auto start_limit = 60s;
constexpr std::size_t tail_lines = 12;

std::string local(std::uint16_t port) {
  return "tcp://127.0.0.1:" + std::to_string(port);
}

/// The last lines of a file.
std::string tail(const fs::path& file) {
  std::ifstream text(file);
  std::deque<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(line);
    if (lines.size() > tail_lines) {
      lines.pop_front();
    }
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

bool is_online(const json& client) {
  const auto status = client.value("status", "");
  return status == "online" || status == "available";
}

} // namespace

address mesh_up::where() const {
  address at;
  at.host = "127.0.0.1";
  at.port = plan_.port;
  return at.resolved();
}

outcome mesh_up::start() {
  std::error_code problem;
  fs::create_directories(plan_.folder / "logs", problem);
  if (problem) {
    return fail(exit_code::local, plan_.folder.string() + ": " + problem.message());
  }
  if (plan_.port != 0 && !is_free(plan_.port)) {
    return fail(exit_code::local, fmt::format("port {} is taken; end what listens there, or choose another with --port "
                                              "(0: any free one)",
                                              plan_.port));
  }
  const auto ports = free_ports(5);
  if (ports.size() < 5) {
    return fail(exit_code::local, "no free ports on this machine");
  }
  plan_.port = plan_.port == 0 ? ports[0] : plan_.port;
  endpoint_ = local(ports[1]);
  auto up = start_controller(ports)
                .and_then([&] {
                  return wait_until("the controller", [](const api& to) {
                    return to.get("/api/v1/sessions", {{"X-Limit", "1"}}).has_value();
                  });
                })
                .and_then([&] { return start_combiner(ports); });
  for (std::size_t i = 0; up && i < plan_.clients; ++i) {
    up = start_client(i);
  }
  return up.and_then([&] {
    return wait_until(fmt::format("{} clients", plan_.clients), [&](const api& to) {
      const auto all = to.get("/api/v1/clients");
      const auto rows = all ? all->value("result", json::array()) : json::array();
      return static_cast<std::size_t>(std::ranges::count_if(rows, is_online)) >= plan_.clients;
    });
  });
}

outcome mesh_up::start_controller(const std::vector<std::uint16_t>& ports) {
  return start_process("controller", "fedloom-controller",
                       {{"FEDLOOM_CONTROLLER_MESH_BIND", endpoint_},
                        {"FEDLOOM_CONTROLLER_HTTP_BIND", "127.0.0.1"},
                        {"FEDLOOM_CONTROLLER_HTTP_PORT", std::to_string(plan_.port)},
                        {"FEDLOOM_CONTROLLER_METRICS_PORT", std::to_string(ports[2])}});
}

outcome mesh_up::start_combiner(const std::vector<std::uint16_t>& ports) {
  return start_process("combiner", "fedloom-combiner",
                       {{"FEDLOOM_COMBINER_ID", "combiner"},
                        {"FEDLOOM_COMBINER_MESH_BIND", local(ports[3])},
                        {"FEDLOOM_COMBINER_CONTROLLER_ENDPOINT", endpoint_},
                        {"FEDLOOM_COMBINER_METRICS_PORT", std::to_string(ports[4])}});
}

outcome mesh_up::start_client(std::size_t index) {
  const auto name = "client-" + std::to_string(index + 1);
  variables told{{"FEDLOOM_CLIENT_ID", name},
                 {"FEDLOOM_CLIENT_NAME", name},
                 {"FEDLOOM_CLIENT_CONTROLLER_ENDPOINT", endpoint_},
                 {"FEDLOOM_CLIENT_PACKAGE_MODE", plan_.package.empty() ? "remote" : "local"}};
  if (!plan_.package.empty()) {
    told["FEDLOOM_CLIENT_PACKAGE_FOLDER"] = fs::absolute(plan_.package).string();
  }
  std::string names;
  for (auto one : plan_.variables) {
    replace_all(one, "{index}", std::to_string(index));
    replace_all(one, "{number}", std::to_string(index + 1));
    replace_all(one, "{clients}", std::to_string(plan_.clients));
    const auto key = one.substr(0, one.find('='));
    told[key] = one.substr(std::min(one.size(), key.size() + 1));
    names += (names.empty() ? "" : ",") + key;
  }
  if (!names.empty()) {
    told["FEDLOOM_CLIENT_PACKAGE_VARIABLES"] = names; // the sandbox lets them pass
  }
  return start_process(name, "fedloom-client", std::move(told));
}

outcome mesh_up::start_process(const std::string& name, const std::string& program, variables with) {
  const auto file = find_program(program);
  if (!file) {
    return tl::unexpected(file.error());
  }
  const auto log_file = plan_.folder / "logs" / (name + ".log");
  const client::unique_fd log(::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!log) {
    return fail(exit_code::local, log_file.string() + ": cannot be written");
  }
  const auto kind = program.substr(program.find('-') + 1);
  std::string prefix = "FEDLOOM_" + kind + '_';
  std::ranges::transform(prefix, prefix.begin(), [](unsigned char one) { return std::toupper(one); });
  with.insert({prefix + "DATA_FOLDER", (plan_.folder / name).string()});
  client::process_environment added;
  for (const auto& [key, value] : with) {
    added.push_back(key + '=' + value);
  }
  client::process_order order;
  order.words = {file->string()};
  order.folder = fs::current_path();
  order.variables = client::environment_with(client::inherited_environment(), added);
  order.output_fd = order.error_fd = log.get();
  return running_.start(name, std::move(order));
}

outcome mesh_up::wait_until(const std::string& what, const std::function<bool(const api&)>& is_so) {
  auto with = in_;
  with.at = where();
  const api to(with);
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  line_.show("waiting for " + what);
  while (!is_so(to)) {
    if (const auto ended = running_.wait(look_again)) {
      return ended_early(*ended);
    }
    if (in_.stop.stop_requested()) {
      return fail(exit_code::interrupted, "interrupted; all processes have ended");
    }
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(exit_code::local, fmt::format("{} did not come up within {} s; the logs are in {}", what,
                                                start_limit.count(), (plan_.folder / "logs").string()));
    }
  }
  line_.clear();
  return {};
}

outcome mesh_up::watch() {
  const auto ended = running_.wait();
  return ended ? ended_early(*ended) : outcome{};
}

outcome mesh_up::ended_early(const children::ended& who) const {
  return fail(exit_code::local, fmt::format("{} ended with {}; the end of its log:\n{}", who.name, who.status,
                                            tail(plan_.folder / "logs" / (who.name + ".log"))));
}

} // namespace fedloom::cli
