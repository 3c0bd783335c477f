#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace fedloom::cli {

/// Whether somebody could listen there now.
bool is_free(std::uint16_t port, const std::string& address = "127.0.0.1");

/// Different ports of 127.0.0.1 that were free a moment ago; fewer if there are no more.
std::vector<std::uint16_t> free_ports(std::size_t count);

} // namespace fedloom::cli
