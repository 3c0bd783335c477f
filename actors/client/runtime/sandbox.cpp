#include "actors/client/runtime/sandbox.hpp"

#include "actors/client/runtime/landlock_version.hpp"
#include "actors/client/runtime/output_tail.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "actors/client/runtime/system_folders.hpp"
#include "actors/client/runtime/task_folder.hpp"

#include <array>
#include <map>
#include <system_error>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;
using domain::errc;
using domain::failure;

constexpr std::array<std::string_view, 3> level_names{"none", "seccomp", "bubblewrap"};
constexpr std::chrono::seconds to_try{20};
constexpr const char* private_tmp_bytes = "268435456";

void add(words& to, std::initializer_list<std::string> more) {
  to.insert(to.end(), more);
}

words limit_words(const resource_limits& limits) {
  words result;
  const auto one = [&](const char* name, std::uint64_t value) {
    if (value > 0)
      add(result, {name, std::to_string(value)});
  };
  one("--address-space", limits.address_space_bytes);
  one("--cpu-seconds", limits.cpu_seconds);
  one("--file-bytes", limits.file_bytes);
  one("--open-files", limits.open_files);
  one("--processes", limits.processes);
  return result;
}

/// For the level at which only the kernel's file rules hide anything.
words file_rule_words(const sandbox_folders& folders, const std::vector<fs::path>& readable) {
  words result;
  for (const auto& one : readable)
    add(result, {"--read", one.string()});
  for (const auto* one : {"/proc", "/dev/zero", "/dev/random", "/dev/urandom"})
    add(result, {"--read", one});
  for (const auto* one : {"/dev/null", "/dev/full", "/dev/shm"})
    add(result, {"--write", one});
  for (const auto& one : compute_devices())
    add(result, {"--write", one.string()});
  for (const auto& one : folders.writable)
    add(result, {"--write", one.string()});
  return result;
}

words bubblewrap_words(const sandbox_folders& folders, const std::vector<fs::path>& readable, bool network) {
  words result{"bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--dev", "/dev", "--proc",
               "/proc", "--size",        private_tmp_bytes,   "--tmpfs",    "/tmp"};
  if (network)
    result.emplace_back("--share-net");
  // Parents before what lies in them, or they would hide it.
  std::map<fs::path, const char*> mounts;
  for (const auto& one : readable)
    mounts.emplace(one, "--ro-bind-try");
  for (const auto& one : compute_devices())
    mounts.emplace(one, "--dev-bind-try");
  for (const auto& one : folders.writable)
    mounts[one] = "--bind";
  for (const auto& [where, how] : mounts)
    add(result, {how, where.string(), where.string()});
  result.emplace_back("--");
  return result;
}

} // namespace

std::string_view to_string(sandbox_level level) {
  return level_names.at(static_cast<std::size_t>(level));
}

std::optional<sandbox_level> sandbox_level_from(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (level_names[i] == name)
      return static_cast<sandbox_level>(i);
  return std::nullopt;
}

sandbox::sandbox(sandbox_policy policy, fs::path launcher, interpreter python)
    : policy_(std::move(policy)), launcher_(std::move(launcher)), python_(std::move(python)) {}

sandbox sandbox::off() {
  return {{}, {}, {}};
}

fs::path sandbox::installed_launcher() {
  std::error_code unknown;
  return fs::read_symlink("/proc/self/exe", unknown).parent_path() / "fedloom-sandbox";
}

domain::expected<sandbox> sandbox::open(sandbox_policy policy, const fs::path& launcher, interpreter python) {
  std::error_code unknown;
  const auto program = fs::canonical(launcher, unknown);
  if (unknown)
    return failure(errc::unavailable, "the program that sets up sandboxes is not there: " + launcher.string());
  const auto best = policy.best;
  const auto least = policy.least;
  sandbox result(std::move(policy), program, std::move(python));
  std::string reasons;
  for (int level = static_cast<int>(best); level >= static_cast<int>(least); --level) {
    const auto tried = result.try_level(static_cast<sandbox_level>(level));
    if (tried) {
      result.description_ += reasons;
      return result;
    }
    reasons += "; " + tried.error().text;
  }
  return failure(errc::unavailable,
                 "no sandbox of the level " + std::string(to_string(least)) + " or better works here" + reasons);
}

domain::expected<void> sandbox::try_level(sandbox_level level) {
  level_ = level;
  const auto folder = task_folder::create(fs::temp_directory_path());
  if (!folder)
    return tl::unexpected(folder.error());
  const auto inside = around({{folder->path()}, {}, folder->path() / "home"});
  const auto tried = run_subprocess({"echo >within && echo works", folder->path(), to_try, {}, inside}, {});
  if (!tried)
    return failure(errc::unavailable, std::string(to_string(level)) + ": " + tried.error().text);
  if (tried->status != 0 || tried->output != "works\n")
    return failure(errc::unavailable,
                   std::string(to_string(level)) + " does not work here: " + last_lines(tried->output, 300));
  description_ = to_string(level);
  if (level == sandbox_level::seccomp)
    description_ +=
        landlock_version() > 0 ? ", files by Landlock" : ", files not confined: this kernel has no Landlock";
  if (level != sandbox_level::none)
    description_ += policy_.network ? ", with network" : ", no network";
  return {};
}

words sandbox::prefix(const sandbox_folders& folders) const {
  auto readable = system_folders();
  for (const auto* more : {&python_.folders, &policy_.readable, &folders.readable})
    readable.insert(readable.end(), more->begin(), more->end());
  words result;
  if (level_ == sandbox_level::bubblewrap) {
    readable.push_back(launcher_);
    result = bubblewrap_words(folders, readable, policy_.network);
  }
  result.push_back(launcher_.string());
  const auto limits = limit_words(policy_.limits);
  result.insert(result.end(), limits.begin(), limits.end());
  if (level_ != sandbox_level::none)
    add(result, {"--filter", policy_.network ? "network" : "no-network"});
  if (level_ == sandbox_level::seccomp) {
    result.emplace_back("--keep-group");
    const auto rules = file_rule_words(folders, readable);
    if (landlock_version() > 0)
      result.insert(result.end(), rules.begin(), rules.end());
  }
  result.emplace_back("--");
  return result;
}

confinement sandbox::around(const sandbox_folders& folders) const {
  if (launcher_.empty())
    return {};
  confinement result;
  result.prefix = prefix(folders);
  result.counted_folders = folders.writable;
  result.disk_bytes = policy_.limits.disk_bytes;
  const auto whole = inherited_environment();
  process_environment own;
  // A wrapper in PATH may need files that are not there; the interpreter itself is.
  if (!python_.executable.empty() && !python_.folders.empty())
    own.push_back("PATH=" + python_.executable.parent_path().string() + ":" + value_in(whole, "PATH"));
  if (level_ != sandbox_level::none) {
    std::error_code ignored;
    fs::create_directories(folders.home, ignored);
    own.push_back("HOME=" + folders.home.string());
    own.push_back("TMPDIR=" + folders.home.string());
  }
  result.variables = environment_with(allowed_environment(whole, policy_.variables), own);
  return result;
}

} // namespace fedloom::client
