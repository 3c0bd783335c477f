#include "services/client/make_trainer.hpp"

#include "actors/client/runtime/remote_package_trainer.hpp"
#include "actors/package/package_file.hpp"

#include <system_error>
#include <thread>
#include <unistd.h>

namespace fedloom::client {

namespace {

namespace fs = std::filesystem;
using domain::errc;

/// In FEDn's way a package of one's own runs as its owner would run it.
sandbox_policy policy_of(const package_config& with, bool is_own) {
  sandbox_policy policy;
  if (with.sandbox == "auto") {
    policy.best = is_own ? sandbox_level::none : sandbox_level::bubblewrap;
  } else {
    policy.best = policy.least = sandbox_level_from(with.sandbox).value_or(sandbox_level::none);
  }
  policy.readable.assign(with.readable.begin(), with.readable.end());
  policy.variables = with.variables;
  return policy;
}

domain::expected<sandbox> open_sandbox(const package_config& with, bool is_own) {
  if (is_own && with.sandbox == "auto") {
    return sandbox::off();
  }
  return sandbox::open(policy_of(with, is_own), sandbox::installed_launcher(), find_interpreter());
}

/// None: packages get what they ask for.
domain::expected<std::optional<fs::path>> prepared_environment(const package_config& with) {
  if (with.python_env.empty()) {
    return std::nullopt;
  }
  const auto folder = fs::absolute(with.python_env);
  if (!package::is_environment(folder)) {
    return domain::failure(errc::config_invalid,
                           "package.python_env: there is no virtual environment in " + folder.string());
  }
  return folder;
}

domain::expected<made_trainer> make_own(const package_config& with, const fs::path& data_folder) {
  auto package = package::load_package(with.folder);
  if (!package) {
    return domain::failure(errc::config_invalid, package.error().text);
  }
  const auto prepared = prepared_environment(with);
  if (!prepared) {
    return tl::unexpected(prepared.error());
  }
  if (*prepared) {
    package->python_env = *prepared;
  }
  const python_environments environments(data_folder / "environments");
  if (auto ready = prepare_environment(*package, environments, {{}, with.environment_time, {}}, {}); !ready) {
    return tl::unexpected(ready.error());
  }
  return open_sandbox(with, true).map([&](const sandbox& within) {
    fs::create_directories(data_folder / "work");
    return made_trainer{std::make_unique<package_trainer>(*package, data_folder / "work", within),
                        std::string(to_string(within.level())), with.folder + ", sandbox: " + within.description()};
  });
}

/// pip runs code of those who made the dependencies: as confined as entry points, but with a network.
domain::expected<confinement> around_pip(const package_config& with, const fs::path& environments) {
  auto policy = policy_of(with, false);
  policy.network = true;
  return sandbox::open(std::move(policy), sandbox::installed_launcher(), find_interpreter())
      .map([&](const sandbox& within) {
        return within.around({{environments}, {}, environments / "home"});
      });
}

domain::expected<made_trainer> make_remote(const package_config& with, const fs::path& data_folder) {
  remote_packages settings;
  settings.folder = data_folder / "packages";
  settings.work_folder = data_folder / "work";
  settings.environments = fs::absolute(data_folder / "environments");
  settings.kept = with.kept;
  settings.trust.keys = with.trusted_keys;
  if (!with.checksum.empty()) {
    settings.trust.checksum = with.checksum;
  }
  auto prepared = prepared_environment(with);
  if (!prepared) {
    return tl::unexpected(prepared.error());
  }
  settings.python_env = std::move(*prepared);
  fs::create_directories(settings.environments);
  fs::create_directories(settings.work_folder);
  auto pip = around_pip(with, settings.environments);
  if (!pip) {
    return tl::unexpected(pip.error());
  }
  settings.environment = {{}, with.environment_time, std::move(*pip)};
  return open_sandbox(with, false).map([&](const sandbox& within) {
    const std::string level(to_string(within.level()));
    return made_trainer{std::make_unique<remote_package_trainer>(std::move(settings), within), level,
                        "as sessions name them, sandbox: " + within.description()};
  });
}

} // namespace

domain::expected<made_trainer> make_trainer(const package_config& with, const fs::path& data_folder) {
  try {
    return with.source() == package_config::from::folder ? make_own(with, data_folder) : make_remote(with, data_folder);
  } catch (const fs::filesystem_error& failed) {
    return domain::failure(errc::storage_failed, failed.what());
  }
}

std::uint32_t cores_here() {
  return std::thread::hardware_concurrency();
}

std::uint64_t memory_here() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) : 0;
}

} // namespace fedloom::client
