#pragma once
#include "actors/client/runtime/confinement.hpp"
#include "actors/client/runtime/interpreter.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::client {

/// How far an entry point is kept from the rest of the machine, the weakest first.
///
///   none        its limits, its time and its environment are set; it sees what this process sees
///   seccomp     besides: no network, no privileges, no system calls that only attackers need; it cannot leave its
///   process
///               group; where the kernel has Landlock, it reads and writes only what it was given
///   bubblewrap  besides: namespaces of its own (processes, network, mounts, users): what it was not given is not there
enum class sandbox_level : std::uint8_t { none, seccomp, bubblewrap };

std::string_view to_string(sandbox_level level);
std::optional<sandbox_level> sandbox_level_from(std::string_view name);

/// 0: no limit. Each is inherited by what the entry point starts, and holds for each process alone unless it says
/// otherwise.
struct resource_limits {
  std::uint64_t address_space_bytes = 0; ///< off: frameworks with devices reserve terabytes
  std::uint64_t cpu_seconds = 0;         ///< off: the time limit of a task ends it
  std::uint64_t file_bytes = std::uint64_t{16} << 30;
  std::uint64_t open_files = 4096;
  std::uint64_t processes = 1024; ///< of the sandbox together, threads included; not enforced for root
  /// How far the writable folders together may grow in one task, looked at every second.
  std::uint64_t disk_bytes = std::uint64_t{20} << 30;
};

struct sandbox_policy {
  sandbox_level best = sandbox_level::bubblewrap; ///< no stronger one is tried
  sandbox_level least = sandbox_level::none;      ///< with a weaker one nothing is run
  resource_limits limits;
  bool network = false;
  std::vector<std::filesystem::path> readable; ///< data folders
  std::vector<std::string> variables;          ///< further names that may pass, see allowed_environment
};

/// What one package may touch, besides the system's programs and libraries and the policy's folders.
struct sandbox_folders {
  std::vector<std::filesystem::path> writable; ///< all exist, absolute
  std::vector<std::filesystem::path> readable;
  std::filesystem::path home; ///< below a writable folder: HOME and TMPDIR, made if need be
};

/// The strongest confinement that works on this machine, found once by trying.
class sandbox {
public:
  /// `launcher` is the program fedloom-sandbox, `python` what its scripts run by. `unavailable` if it is not there or
  /// only a weaker level than `policy.least` works; the text says why each stronger one does not.
  static domain::expected<sandbox> open(sandbox_policy policy, const std::filesystem::path& launcher,
                                        interpreter python);
  /// None at all, not even limits: the command sees all of this process's environment.
  static sandbox off();
  /// fedloom-sandbox beside this program, as it is installed.
  static std::filesystem::path installed_launcher();

  sandbox_level level() const noexcept { return level_; }
  /// For people: the level, what is confined by it, and why it is not a stronger one.
  const std::string& description() const noexcept { return description_; }

  confinement around(const sandbox_folders& folders) const;

private:
  sandbox(sandbox_policy policy, std::filesystem::path launcher, interpreter python);
  domain::expected<void> try_level(sandbox_level level);
  std::vector<std::string> prefix(const sandbox_folders& folders) const;

  sandbox_policy policy_;
  std::filesystem::path launcher_; ///< empty: off
  interpreter python_;
  sandbox_level level_ = sandbox_level::none;
  std::string description_ = "none";
};

} // namespace fedloom::client
