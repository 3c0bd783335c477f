// A service that does nothing but end in the way its configuration says; service_test.cpp drives it.
#include "services/runtime/http_server.hpp"
#include "services/runtime/service.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace {

using namespace fedloom;
using runtime::running_service;

struct config {
  std::string behaviour = "run";
  std::uint16_t port = 0;
};

config read_config(const runtime::config_reader& reader) {
  config result;
  const auto section = reader.section("sample");
  section.choice("behaviour", result.behaviour,
                 {"run", "give_up", "finish", "storage", "throw", "hang", "listen", "broken_pipe"});
  section.number<std::uint16_t>("port", result.port, 0, 65535);
  return result;
}

void say(const std::string& what) {
  std::cout << what << std::endl;
}

class sample final : public running_service {
public:
  explicit sample(bool hangs) : hangs_(hangs) {}
  ~sample() override { say("freed"); }

  void stop() override {
    say("draining");
    while (hangs_) {
      ::pause();
    }
  }

private:
  const bool hangs_;
};

domain::expected<std::unique_ptr<running_service>> start(const config& wanted, const runtime::stop_request& stop) {
  if (wanted.behaviour == "storage") {
    return domain::failure(domain::errc::storage_failed, "the disk is full");
  }
  if (wanted.behaviour == "throw") {
    throw std::runtime_error("thrown at start");
  }
  if (wanted.behaviour == "listen") {
    runtime::http_config http;
    http.port = wanted.port;
    if (auto server = runtime::http_server::start(http, {}); !server) {
      return tl::unexpected(server.error());
    }
  }
  if (wanted.behaviour == "broken_pipe") {
    std::raise(SIGPIPE);
  }
  if (wanted.behaviour == "give_up") {
    std::thread([stop] { stop.give_up("too many restarts"); }).join();
  }
  if (wanted.behaviour == "finish") {
    stop.end(runtime::exit_code::ok, "all done");
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  say(files.rlim_cur == files.rlim_max ? "running" : "running with few files");
  return std::make_unique<sample>(wanted.behaviour == "hang");
}

} // namespace

int main(int argc, char** argv) {
  auto service = runtime::define_service<config>("sample", read_config, start);
  if (argc > 1 && std::string_view{argv[1]} == "--short-drain") {
    service.drain_limit = domain::milliseconds{1};
    --argc;
    ++argv;
  }
  return runtime::run_service(argc, argv, service);
}
