#include "actors/client/runtime/python_environment.hpp"

#include "actors/client/runtime/output_tail.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "actors/client/runtime/unique_fd.hpp"
#include "actors/storage/durable_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using domain::failure;
using package::quoted;

constexpr std::size_t reported_output_bytes = 2048;

/// Written last: without it an environment is half-made. It cannot be made elsewhere and renamed, its scripts hold its
/// path.
constexpr const char* mark_of_the_whole = "fedloom-complete";

bool is_whole(const fs::path& environment) {
  std::error_code unknown;
  return fs::exists(environment / mark_of_the_whole, unknown);
}

/// Held by whoever makes an environment; the kernel takes it from the dead.
domain::expected<unique_fd> lock(const fs::path& file) {
  unique_fd opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  while (opened && ::flock(opened.get(), LOCK_EX) != 0)
    if (errno != EINTR)
      opened.reset();
  if (!opened)
    return tl::unexpected(storage::file_error("lock", file, errno));
  return opened;
}

domain::expected<void> write_lines(const fs::path& file, const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines)
    text += line + '\n';
  return storage::write_durably(file, domain::as_bytes(text));
}

/// The commands that make the environment, with their output to the log, too.
std::string recipe(const fs::path& environment, const package::python_requirements& wanted,
                   const environment_order& order, const fs::path& log) {
  std::string steps = quoted(order.python.string()) + " -m venv --clear " + quoted(environment.string());
  const auto install = [&](const char* list) {
    steps += " && " + quoted((environment / "bin" / "python").string()) + " -m pip install -r " +
             quoted(fs::path(environment).concat(list).string());
  };
  if (!wanted.build_dependencies.empty())
    install(".build.txt");
  if (!wanted.dependencies.empty())
    install(".txt");
  return "set -o pipefail; { " + steps + "; } 2>&1 | tee " + quoted(log.string());
}

domain::expected<void> judge(const subprocess_outcome& outcome, const fs::path& log) {
  const auto failed = [&](errc code, const std::string& how) {
    return failure(code, "the Python environment " + how + " (all output: " + log.string() + "); its last output:\n" +
                             last_lines(outcome.output, reported_output_bytes));
  };
  if (outcome.how == subprocess_end::cancelled)
    return failure(errc::cancelled, "making the Python environment was ended on request");
  if (outcome.how == subprocess_end::timed_out)
    return failed(errc::entry_point_timed_out, "was not made within its time limit");
  if (outcome.how == subprocess_end::over_quota)
    return failed(errc::storage_full, "is larger than the sandbox allows");
  if (outcome.status != 0)
    return failed(errc::entry_point_failed, "cannot be made");
  return {};
}

domain::expected<void> make(const fs::path& environment, const package::python_requirements& wanted,
                            const environment_order& order, std::stop_token stop) {
  std::error_code ignored;
  fs::remove_all(environment, ignored);
  const auto log = fs::path(environment).concat(".log");
  const auto lists = write_lines(fs::path(environment).concat(".build.txt"), wanted.build_dependencies).and_then([&] {
    return write_lines(fs::path(environment).concat(".txt"), wanted.dependencies);
  });
  if (!lists)
    return lists;
  const auto outcome = run_subprocess({recipe(environment, wanted, order, log),
                                       environment.parent_path(),
                                       order.time_limit,
                                       {"PIP_NO_INPUT=1", "PIP_DISABLE_PIP_VERSION_CHECK=1"},
                                       order.within},
                                      std::move(stop));
  if (!outcome)
    return tl::unexpected(outcome.error());
  auto made = judge(*outcome, log).and_then([&] { return write_lines(environment / mark_of_the_whole, {}); });
  if (!made)
    fs::remove_all(environment, ignored);
  return made;
}

} // namespace

python_environments::python_environments(const fs::path& folder) {
  std::error_code problem;
  folder_ = fs::absolute(folder, problem);
}

domain::expected<fs::path> python_environments::prepare(const package::python_requirements& wanted,
                                                        const environment_order& order, std::stop_token stop) const {
  const auto environment = folder_ / package::content_hash(wanted, order.python);
  if (is_whole(environment))
    return environment;
  std::error_code problem;
  fs::create_directories(folder_, problem);
  const auto held = lock(fs::path(environment).concat(".lock"));
  if (!held)
    return tl::unexpected(held.error());
  if (is_whole(environment)) // somebody else made it meanwhile
    return environment;
  return make(environment, wanted, order, std::move(stop)).map([&] { return environment; });
}

domain::expected<void> prepare_environment(package::compute_package& package, const python_environments& environments,
                                           const environment_order& order, std::stop_token stop) {
  if (package.python_env || !package.environment_file)
    return {};
  const auto wanted = package::read_requirements(*package.environment_file);
  if (!wanted)
    return tl::unexpected(wanted.error());
  auto with = order;
  if (with.python.empty())
    with.python = find_interpreter().executable;
  if (with.python.empty())
    return failure(errc::entry_point_failed, "the package needs a Python environment, and there is no python3 here");
  return environments.prepare(*wanted, with, std::move(stop)).map([&](fs::path made) {
    package.python_env = std::move(made);
  });
}

} // namespace fedloom::client
