#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fedloom::controller {

/// Of "tcp://10.0.0.5:12080" or "example.org:8092": where people look.
struct endpoint_place {
  std::string host;
  std::optional<std::uint16_t> port;
};
endpoint_place place_of(std::string_view endpoint);

/// Whether that host stands for all addresses of a machine, and so for none to dial.
bool is_any_host(std::string_view host);

} // namespace fedloom::controller
