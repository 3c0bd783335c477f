#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace fedloom::cli {

/// An environment variable's value; empty if it is not set.
std::string environment(const char* name);

/// Where the controller's REST API is. What the flags leave empty comes from the environment, FEDLOOM_CONTROLLER_HOST,
/// _PORT, _PROTOCOL and FEDLOOM_AUTH_TOKEN, or FEDn's names of the same, FEDN_...; then from the defaults.
struct address {
  std::string protocol;
  std::string host;
  std::uint16_t port = 0;
  std::string token;
  std::string scheme; ///< before the token; FEDN_AUTH_SCHEME

  /// With the environment and the defaults in the gaps. `host` may also be a whole URL.
  address resolved(const std::function<std::string(const char*)>& variable = environment) const;
  /// "http://127.0.0.1:8092"; of a resolved address.
  std::string url() const;
};

} // namespace fedloom::cli
