#pragma once
#include "actors/client/deps.hpp"
#include "actors/security/minisign.hpp"
#include "services/runtime/admin_server.hpp"
#include "services/runtime/config_reader.hpp"

#include <string>
#include <vector>

namespace fedloom::client {

/// What the client runs, and how.
struct package_config {
  enum class from : std::uint8_t { folder, controller };
  std::string mode = "auto"; ///< remote, local, or auto: local if a folder is named
  std::string folder;        ///< where fedn.yaml lies
  std::vector<security::minisign_key> trusted_keys;
  std::string checksum; ///< only this one is run; empty: any
  std::string sandbox = "auto";
  std::string python_env; ///< a prepared environment; empty: made as the package says
  std::vector<std::string> readable;
  std::vector<std::string> variables;
  std::size_t kept = 4;
  domain::milliseconds environment_time{std::chrono::minutes{30}};

  from source() const {
    const bool is_local = mode == "local" || (mode == "auto" && !folder.empty());
    return is_local ? from::folder : from::controller;
  }
};

/// configs/client.yaml as a struct; the defaults are these.
struct config {
  std::string id; ///< empty: made up once and kept in the data folder
  std::string name;
  std::string data_folder = "fedloom-data/client";
  std::string controller_endpoint = "tcp://127.0.0.1:7700";
  std::string preferred_combiner;
  std::uint64_t max_examples = 1'000'000;
  package_config package;
  transport::dialog_limits dialog;
  task_limits tasks;
  runtime::admin_config admin{.enabled = false, .port = 9705};
};

config read_config(const runtime::config_reader& reader);

} // namespace fedloom::client
