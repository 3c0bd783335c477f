#include "actors/client/runtime/system_folders.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;

constexpr std::array program_folders{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/nix/store"};
constexpr std::array settings{
    "/sys",           "/etc/ld.so.cache",     "/etc/ld.so.conf",    "/etc/ld.so.conf.d",    "/etc/alternatives",
    "/etc/passwd",    "/etc/group",           "/etc/nsswitch.conf", "/etc/hosts",           "/etc/host.conf",
    "/etc/gai.conf",  "/etc/resolv.conf",     "/etc/services",      "/etc/protocols",       "/etc/localtime",
    "/etc/timezone",  "/etc/mime.types",      "/etc/magic",         "/etc/os-release",      "/etc/debian_version",
    "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/tls/certs", "/etc/ca-certificates", "/etc/fonts",
    "/etc/inputrc",   "/etc/bash.bashrc",     "/etc/python3",       "/etc/python3.11",      "/etc/pip.conf",
    "/etc/OpenCL",    "/etc/vulkan",          "/etc/matplotlibrc",
};

} // namespace

std::vector<fs::path> system_folders() {
  std::vector<fs::path> result;
  const auto add = [&](const char* one) {
    std::error_code unknown;
    if (fs::exists(one, unknown))
      result.emplace_back(one);
  };
  std::ranges::for_each(program_folders, add);
  std::ranges::for_each(settings, add);
  return result;
}

std::vector<fs::path> compute_devices() {
  std::vector<fs::path> result;
  std::error_code unknown;
  for (fs::directory_iterator entry("/dev", unknown), end; !unknown && entry != end; entry.increment(unknown)) {
    const auto name = entry->path().filename().string();
    if (name.starts_with("nvidia") || name == "dri" || name == "kfd" || name == "dxg")
      result.push_back(entry->path());
  }
  return result;
}

bool is_of_the_system(const fs::path& folder) {
  const auto text = folder.lexically_normal().string();
  return std::ranges::any_of(
      program_folders, [&](std::string_view one) { return text == one || text.starts_with(std::string(one) + "/"); });
}

} // namespace fedloom::client
