#pragma once
#include "actors/combiner/deps.hpp"
#include "services/runtime/admin_server.hpp"
#include "services/runtime/config_reader.hpp"

#include <string>

namespace fedloom::combiner {

/// configs/combiner.yaml as a struct; the defaults are these.
struct config {
  std::string id; ///< empty: made up once and kept in the data folder
  std::string data_folder = "fedloom-data/combiner";
  domain::milliseconds drain_limit{30000}; ///< how long a stop may take to hand in what is held
  std::string mesh_bind = "tcp://127.0.0.1:12080";
  std::string mesh_advertise; ///< where clients reach it; empty: as bound
  std::string controller_endpoint = "tcp://127.0.0.1:7700";
  transport::dialog_limits dialog;
  roster_config roster;
  parts_limits parts;
  model_cache_limits models;
  runtime::admin_config admin{.port = 9701};
};

config read_config(const runtime::config_reader& reader);

} // namespace fedloom::combiner
