#pragma once
#include "cli/api.hpp"
#include "cli/program.hpp"

namespace fedloom::cli {

/// Settings by FEDn's names, from flags and init files.
using settings = std::map<std::string, std::string>;

/// The address of the REST API that the settings name: api_url and api_port, or discover_host and discover_port.
address api_address(const settings& from);

/// What fedloom-client is told: configs/client.yaml through its environment. `endpoint`: where the mesh is dialled.
result<variables> client_variables(const settings& from, const std::string& endpoint);
/// Likewise fedloom-combiner.
result<variables> combiner_variables(const settings& from, const std::string& endpoint);

/// Asks the controller's REST API where the mesh is dialled, "tcp://10.0.0.5:7700".
result<std::string> mesh_endpoint(const api& from);

} // namespace fedloom::cli
