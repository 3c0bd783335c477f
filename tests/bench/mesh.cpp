#include "tests/bench/mesh.hpp"

#include "tests/bench/bench_failure.hpp"
#include "tests/bench/process_reading.hpp"
#include "tests/bench/stopwatch.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace fedloom::bench {

namespace {

constexpr double start_seconds = 60;

/// A port that was free a moment ago: clients have to be told the controller's before it runs.
std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof any;
  const bool found = ::bind(probe, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0 &&
                     ::getsockname(probe, reinterpret_cast<sockaddr*>(&any), &length) == 0;
  ::close(probe);
  if (!found) {
    throw bench_failure("there is no free port");
  }
  return ntohs(any.sin_port);
}

std::filesystem::path with_logs(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "logs");
  return folder / "logs";
}

std::string endpoint(std::uint16_t port) {
  return "tcp://127.0.0.1:" + std::to_string(port);
}

} // namespace

mesh::mesh(std::filesystem::path programs, std::filesystem::path folder, const stop_signals& signals)
    : programs_(std::move(programs)), folder_(std::move(folder)), mesh_port_(free_port()), http_port_(free_port()),
      api_(http_port_), processes_(with_logs(folder_), signals) {}

void mesh::start(std::uint32_t combiners) {
  start_service("controller", "fedloom-controller",
                "mesh:\n  bind: " + endpoint(mesh_port_) + "\nhttp:\n  port: " + std::to_string(http_port_) +
                    "\nmetrics:\n  port: 0\n");
  wait_until("the controller", [this] { return api_.ready(); });
  for (std::uint32_t i = 1; i <= combiners; ++i) {
    const auto name = "combiner-" + std::to_string(i);
    start_service(name, "fedloom-combiner",
                  "id: " + name +
                      "\nmesh:\n  bind: tcp://127.0.0.1:0\nclients:\n  most: 20000\ncontroller:\n  endpoint: " +
                      endpoint(mesh_port_) + "\nmetrics:\n  port: 0\n");
  }
  wait_until("the combiners", [&] {
    const auto all = api_.get("/api/v1/combiners").at("result");
    return all.size() == combiners &&
           std::ranges::all_of(all, [](const auto& each) { return each.at("status") == "online"; });
  });
}

void mesh::start_load(std::uint32_t clients) {
  start_program(
      "load", {programs_ / "fedloom-load", "--clients", std::to_string(clients), "--controller", endpoint(mesh_port_)});
  wait_for_clients(clients);
}

void mesh::start_clients(std::uint32_t clients) {
  const auto package = folder_ / "package";
  std::filesystem::create_directory(package);
  std::ofstream(package / "fedn.yaml") << "entry_points:\n  train:\n    command: \"true\"\n";
  for (std::uint32_t i = 1; i <= clients; ++i) {
    const auto name = "client-" + std::to_string(i);
    start_service(name, "fedloom-client",
                  "id: " + name + "\ncontroller:\n  endpoint: " + endpoint(mesh_port_) +
                      "\npackage:\n  folder: " + package.string() + '\n');
  }
  wait_for_clients(clients);
}

double mesh::journal_seconds() const {
  double all = 0;
  for (const auto& each : members_) {
    all += each.name.starts_with("combiner") ? cpu_seconds(each.id, "journal") : 0;
  }
  return all;
}

event_stream mesh::events(const std::string& session) const {
  return {http_port_, "/api/v1/sessions/" + session + "/events"};
}

void mesh::start_service(const std::string& name, const std::string& program, const std::string& config) {
  const auto file = folder_ / (name + ".yaml");
  std::ofstream(file) << config << "data_folder: " << (folder_ / name).string() << "\nlog:\n  level: warn\n";
  start_program(name, {programs_ / program, "--config", file});
}

void mesh::start_program(const std::string& name, const std::vector<std::string>& command) {
  members_.push_back({name, processes_.start(name, command)});
}

void mesh::wait_until(const std::string& what, const std::function<bool()>& done) {
  const stopwatch watch;
  while (!done()) {
    if (watch.seconds() > start_seconds) {
      throw bench_failure(what + " did not come up within a minute\n" + processes_.log_tails());
    }
    processes_.wait(-1, std::chrono::milliseconds{20});
  }
}

void mesh::wait_for_clients(std::uint64_t wanted) {
  wait_until(std::to_string(wanted) + " clients", [&] {
    const auto combiners = api_.get("/api/v1/combiners");
    std::uint64_t online = 0;
    for (const auto& each : combiners.at("result")) {
      online += each.at("clients").get<std::uint64_t>();
    }
    return online == wanted;
  });
}

} // namespace fedloom::bench
