#pragma once
#include "messages/domain/expected.hpp"
#include "services/runtime/config_reader.hpp"
#include "services/runtime/stop_request.hpp"

#include <functional>
#include <memory>
#include <string>

/// What a service's main does. All of it, for a service with `struct config`, `config read_config(const
/// config_reader&)` and `expected<std::unique_ptr<running_service>> start(const config&, const stop_request&)`:
///
///   int main(int argc, char** argv) {
///     return run_service(argc, argv, define_service<config>("combiner", read_config, start));
///   }
namespace fedloom::runtime {

/// A service at work. The destructor frees what `stop` left.
class running_service {
public:
  virtual ~running_service() = default;
  /// Drains: takes nothing new, finishes what is short, says goodbye. Called once, on a thread of its own, which
  /// also runs the destructor; beyond service_definition::drain_limit the process ends without them.
  virtual void stop() = 0;
};

/// Starts a service whose configuration has been read. The error becomes the exit code: storage_failed, unavailable (an
/// address that cannot be bound), config_invalid, else internal.
using service_starter = std::function<domain::expected<std::unique_ptr<running_service>>(const stop_request&)>;

struct service_definition {
  std::string name; ///< "combiner"; also in the environment's prefix
  /// Reads and validates; notes problems in the reader and still returns. Called with and without --check-config.
  std::function<service_starter(const config_reader&)> load;
  domain::milliseconds drain_limit{30000};
};

template <class Config>
service_definition define_service(
    std::string name, std::function<Config(const config_reader&)> read,
    std::function<domain::expected<std::unique_ptr<running_service>>(const Config&, const stop_request&)> start) {
  service_definition service;
  service.name = std::move(name);
  service.load = [read = std::move(read), start = std::move(start)](const config_reader& reader) {
    return service_starter{[config = read(reader), start](const stop_request& stop) { return start(config, stop); }};
  };
  return service;
}

/// Flags --config FILE, --check-config, --version, --help; configuration (keys log.level and log.file are read here);
/// logs; open-file limit raised to the hard limit; SIGPIPE ignored; start; then waits for SIGTERM, SIGINT or a
/// stop_request, and drains. Returns an exit_code. Main thread, before any other thread exists.
int run_service(int argc, const char* const* argv, const service_definition& service);

} // namespace fedloom::runtime
