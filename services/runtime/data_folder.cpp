#include "services/runtime/data_folder.hpp"

#include "actors/security/random.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <climits>
#include <fstream>

namespace fedloom::runtime {

using domain::errc;
using domain::failure;

domain::expected<std::filesystem::path> open_data_folder(const std::string& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (!problem && ::access(folder.c_str(), R_OK | W_OK | X_OK) == 0) {
    return std::filesystem::absolute(folder);
  }
  return failure(errc::storage_failed, "data_folder " + folder + " cannot be used (" +
                                           (problem ? problem.message() : "no permission to read and write it") +
                                           "); name another one or change its owner");
}

namespace {

/// Waits until somebody who had the watched folder open closes it; flock itself knows no time limit.
bool somebody_closes(const storage::descriptor& closings, std::chrono::steady_clock::time_point give_up) {
  const auto left = std::chrono::ceil<domain::milliseconds>(give_up - std::chrono::steady_clock::now()).count();
  pollfd watched{closings.number(), POLLIN, 0};
  std::array<char, 4096> events{};
  return left > 0 && ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left, INT_MAX))) > 0 &&
         ::read(closings.number(), events.data(), events.size()) > 0;
}

} // namespace

domain::expected<folder_lock> lock_data_folder(const std::filesystem::path& folder, domain::milliseconds patience) {
  const storage::descriptor closings{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  ::inotify_add_watch(closings.number(), folder.c_str(), IN_CLOSE_NOWRITE | IN_ONLYDIR);
  storage::descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (opened) {
    if (::flock(opened.number(), LOCK_EX | LOCK_NB) == 0) {
      return folder_lock(std::move(opened));
    }
    if (errno != EWOULDBLOCK) {
      break;
    }
    if (!somebody_closes(closings, give_up)) {
      return failure(errc::storage_failed, "data_folder " + folder.string() +
                                               " is in use, another process has it open: stop that one, or give each "
                                               "a folder of its own");
    }
  }
  return tl::unexpected(storage::file_error("lock data_folder", folder, errno));
}

domain::expected<std::string> stable_id(const std::filesystem::path& folder, const std::string& configured,
                                        const std::string& prefix) {
  std::string id = configured;
  const auto file = folder / "id";
  if (id.empty()) {
    std::ifstream(file) >> id;
  }
  if (id.empty()) {
    id = prefix + "-" + domain::to_hex(security::random_token()).substr(0, 8);
    if (auto written = storage::write_durably(file, domain::as_bytes(id + '\n')); !written) {
      return tl::unexpected(written.error());
    }
  }
  if (!domain::valid_name(id)) {
    return failure(errc::config_invalid, "id is \"" + id + "\"; allowed: 1 to 64 of A-Z a-z 0-9 _ . -");
  }
  return id;
}

domain::expected<std::string> with_ordinal(std::string endpoint) {
  constexpr std::string_view placeholder = "{ordinal}";
  const auto at = endpoint.find(placeholder);
  if (at == std::string::npos) {
    return endpoint;
  }
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  const std::string host(name.data());
  auto digits = host.size();
  while (digits > 0 && std::isdigit(static_cast<unsigned char>(host[digits - 1])) != 0) {
    --digits;
  }
  if (digits == host.size()) {
    return failure(errc::config_invalid,
                   "mesh.advertise has {ordinal}, but this host's name, " + host + ", does not end with a number");
  }
  return endpoint.replace(at, placeholder.size(), host.substr(digits));
}

} // namespace fedloom::runtime
