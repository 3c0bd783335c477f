#include "actors/client/runtime/launcher/file_rules.hpp"

#include "actors/client/runtime/landlock_version.hpp"
#include "actors/client/runtime/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace fedloom::client::launcher {
namespace {

/// The kernel's interface, in which Debian 12's header lacks the younger parts.
struct ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};
struct __attribute__((packed)) rule_beneath {
  std::uint64_t allowed = 0;
  std::int32_t folder = -1;
};
constexpr std::uint64_t execute = 1U << 0U, write_file = 1U << 1U, read_file = 1U << 2U, read_folder = 1U << 3U;
constexpr std::uint64_t first_version = (1U << 13U) - 1, refer = 1U << 13U, truncate = 1U << 14U;
constexpr std::uint64_t no_foreign_abstract_sockets = 1U << 0U, no_foreign_signals = 1U << 1U;
constexpr int rule_kind_beneath = 1;

constexpr std::uint64_t reading = execute | read_file | read_folder;
/// What a rule for a single file may speak of.
constexpr std::uint64_t of_files = execute | write_file | read_file | truncate;

domain::error refusal(const std::string& what) {
  return {domain::errc::unavailable, "cannot confine files: " + what + ": " + std::strerror(errno)};
}

ruleset rules_of(long version) {
  ruleset rules;
  rules.files = first_version | (version >= 2 ? refer : 0) | (version >= 3 ? truncate : 0);
  rules.scopes = version >= 6 ? no_foreign_abstract_sockets | no_foreign_signals : 0;
  return rules;
}

domain::expected<void> allow(const unique_fd& rules, const std::string& path, std::uint64_t rights) {
  const unique_fd opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat about {};
  if (!opened || ::fstat(opened.get(), &about) != 0)
    return {};
  const rule_beneath rule{S_ISDIR(about.st_mode) ? rights : rights & of_files, opened.get()};
  if (::syscall(SYS_landlock_add_rule, rules.get(), rule_kind_beneath, &rule, 0U) != 0)
    return tl::unexpected(refusal(path));
  return {};
}

} // namespace

domain::expected<void> allow_only(const std::vector<std::string>& read, const std::vector<std::string>& write) {
  if (read.empty() && write.empty())
    return {};
  const auto handled = rules_of(landlock_version());
  const unique_fd rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0U)));
  if (!rules)
    return tl::unexpected(refusal("Landlock"));
  for (const auto& path : read)
    if (auto allowed = allow(rules, path, reading & handled.files); !allowed)
      return allowed;
  for (const auto& path : write)
    if (auto allowed = allow(rules, path, handled.files); !allowed)
      return allowed;
  if (::syscall(SYS_landlock_restrict_self, rules.get(), 0U) != 0)
    return tl::unexpected(refusal("Landlock"));
  return {};
}

} // namespace fedloom::client::launcher
