#pragma once
#include "actors/client/deps.hpp"
#include "services/runtime/admin_server.hpp"
#include "services/runtime/config_reader.hpp"

#include <string>

namespace fedloom::client {

/// configs/client.yaml as a struct; the defaults are these.
struct config {
  std::string id; ///< empty: made up once and kept in the data folder
  std::string name;
  std::string data_folder = "fedloom-data/client";
  std::string controller_endpoint = "tcp://127.0.0.1:7700";
  std::string preferred_combiner;
  std::uint64_t max_examples = 1'000'000;
  std::string package_folder = "client"; ///< where fedn.yaml lies
  transport::dialog_limits dialog;
  task_limits tasks;
  runtime::admin_config admin{.enabled = false, .port = 9705};
};

config read_config(const runtime::config_reader& reader);

} // namespace fedloom::client
