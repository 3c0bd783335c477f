#include "cli/address.hpp"

#include <charconv>
#include <cstdlib>

namespace fedloom::cli {

namespace {

constexpr std::uint16_t usual_port = 8092;

/// "https://fl.example.org:443/" into its parts, as far as they are not known otherwise.
void take_apart(address& at) {
  if (const auto scheme = at.host.find("://"); scheme != std::string::npos) {
    at.protocol = at.host.substr(0, scheme);
    at.host.erase(0, scheme + 3);
    if (at.port == 0 && at.protocol == "https") {
      at.port = 443;
    }
  }
  while (at.host.ends_with('/')) {
    at.host.pop_back();
  }
  const auto colon = at.host.rfind(':');
  const bool is_ipv6 = at.host.find(':') != colon && !at.host.starts_with('[');
  if (colon == std::string::npos || is_ipv6 || at.host.find(']', colon) != std::string::npos) {
    return;
  }
  std::uint16_t port = 0;
  const auto* end = at.host.data() + at.host.size();
  if (std::from_chars(at.host.data() + colon + 1, end, port).ptr == end) {
    at.port = port;
    at.host.erase(colon);
  }
}

} // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

address address::resolved(const std::function<std::string(const char*)>& variable) const {
  const auto either = [&](const std::string& given, const char* ours, const char* theirs, const char* otherwise) {
    for (const auto& one : {given, variable(ours), variable(theirs)}) {
      if (!one.empty()) {
        return one;
      }
    }
    return std::string{otherwise};
  };
  address whole = *this;
  whole.host = either(host, "FEDLOOM_CONTROLLER_HOST", "FEDN_CONTROLLER_HOST", "127.0.0.1");
  whole.protocol = either(protocol, "FEDLOOM_CONTROLLER_PROTOCOL", "FEDN_CONTROLLER_PROTOCOL", "http");
  whole.token = either(token, "FEDLOOM_AUTH_TOKEN", "FEDN_AUTH_TOKEN", "");
  whole.scheme = either(scheme, "FEDLOOM_AUTH_SCHEME", "FEDN_AUTH_SCHEME", "Bearer");
  take_apart(whole);
  if (whole.port == 0) {
    const auto text = either("", "FEDLOOM_CONTROLLER_PORT", "FEDN_CONTROLLER_PORT", "");
    std::from_chars(text.data(), text.data() + text.size(), whole.port);
  }
  if (whole.port == 0) {
    whole.port = usual_port;
  }
  return whole;
}

std::string address::url() const {
  const bool is_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return protocol + "://" + (is_ipv6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

} // namespace fedloom::cli
