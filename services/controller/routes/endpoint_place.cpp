#include "services/controller/routes/endpoint_place.hpp"

#include <charconv>

namespace fedloom::controller {

endpoint_place place_of(std::string_view endpoint) {
  const auto scheme = endpoint.find("://");
  auto rest = endpoint.substr(scheme == std::string_view::npos ? 0 : scheme + 3);
  endpoint_place found;
  const auto colon = rest.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string_view::npos &&
      std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), port).ptr == rest.data() + rest.size()) {
    found.port = port;
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) { // an IPv6 address
    rest = rest.substr(1, rest.size() - 2);
  }
  found.host = rest;
  return found;
}

bool is_any_host(std::string_view host) {
  return host.empty() || host == "*" || host == "0.0.0.0" || host == "::";
}

} // namespace fedloom::controller
