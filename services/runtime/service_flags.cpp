#include "services/runtime/service_flags.hpp"

#include "services/runtime/exit_codes.hpp"
#include "services/runtime/version.hpp"

#include <CLI/CLI.hpp>

namespace fedloom::runtime {

std::optional<service_flags> read_flags(int argc, const char* const* argv, const std::string& service,
                                        int& exit_status) {
  service_flags flags;
  CLI::App app{"fedloom " + service, "fedloom-" + service};
  app.add_option("--config", flags.config, "Configuration file (YAML); without it, defaults and environment")
      ->type_name("FILE");
  app.add_flag("--check-config", flags.check_config, "Read and validate the configuration, then exit");
  app.set_version_flag("--version", "fedloom " + service + ' ' + std::string{version()});
  try {
    app.parse(argc, argv);
    return flags;
  } catch (const CLI::ParseError& ended) {
    exit_status = app.exit(ended) == 0 ? static_cast<int>(exit_code::ok) : static_cast<int>(exit_code::usage);
    return std::nullopt;
  }
}

} // namespace fedloom::runtime
