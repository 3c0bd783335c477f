#pragma once
#include "actors/controller/session_machine.hpp"
#include "services/runtime/admin_server.hpp"
#include "services/runtime/config_reader.hpp"

#include <string>

namespace fedloom::controller {

/// configs/controller.yaml as a struct; the defaults are these.
struct config {
  std::string data_folder = "fedloom-data/controller";
  std::string mesh_bind = "tcp://127.0.0.1:7700";
  std::string http_bind = "127.0.0.1";
  std::uint16_t http_port = 8092;
  unsigned http_threads = 16;
  unsigned event_streams = 8;
  std::uint64_t model_limit = std::uint64_t{16} << 30; ///< bytes of an uploaded model
  registry_config registry;
  session_limits sessions;
  std::uint32_t window = 8; ///< chunks on their way per bulk transfer
  runtime::admin_config admin{.port = 9700};
};

config read_config(const runtime::config_reader& reader);

} // namespace fedloom::controller
