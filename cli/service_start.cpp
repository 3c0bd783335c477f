#include "cli/service_start.hpp"

#include <charconv>
#include <fmt/format.h>

namespace fedloom::cli {

namespace {

std::string setting(const settings& from, const char* key, const std::string& otherwise = {}) {
  const auto found = from.find(key);
  return found == from.end() || found->second.empty() ? otherwise : found->second;
}

bool is_true(const std::string& text) {
  return text == "true" || text == "True" || text == "1" || text == "yes";
}

/// A FEDn setting and the key of fedloom's configuration that it becomes.
struct translation {
  const char* setting;
  const char* variable;
};

variables translated(const settings& from, std::span<const translation> by) {
  variables all;
  for (const auto& one : by) {
    if (const auto value = setting(from, one.setting); !value.empty()) {
      all[one.variable] = value;
    }
  }
  return all;
}

/// Python's names of levels.
std::string level_of(const std::string& text) {
  constexpr std::pair<const char*, const char*> names[] = {{"DEBUG", "debug"},  {"INFO", "info"},
                                                           {"WARNING", "warn"}, {"WARN", "warn"},
                                                           {"ERROR", "error"},  {"CRITICAL", "error"}};
  for (const auto& [theirs, ours] : names) {
    if (text == theirs) {
      return ours;
    }
  }
  return text;
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host.starts_with("127.");
}

} // namespace

address api_address(const settings& from) {
  address at;
  at.host = setting(from, "api_url", setting(from, "discover_host"));
  const auto port = setting(from, "api_port", setting(from, "discover_port"));
  std::from_chars(port.data(), port.data() + port.size(), at.port);
  at.token = setting(from, "token");
  return at.resolved();
}

result<variables> client_variables(const settings& from, const std::string& endpoint) {
  if (!setting(from, "combiner").empty()) {
    return fail(exit_code::usage, "clients join through the controller, which places them: give --api-url in place of "
                                  "--combiner, and --preferred-combiner if it matters");
  }
  constexpr translation table[] = {{"name", "FEDLOOM_CLIENT_NAME"},
                                   {"client_id", "FEDLOOM_CLIENT_ID"},
                                   {"preferred_combiner", "FEDLOOM_CLIENT_PREFERRED_COMBINER"},
                                   {"package_checksum", "FEDLOOM_CLIENT_PACKAGE_CHECKSUM"},
                                   {"data_folder", "FEDLOOM_CLIENT_DATA_FOLDER"}};
  auto all = translated(from, table);
  all["FEDLOOM_CLIENT_CONTROLLER_ENDPOINT"] = endpoint;
  all["FEDLOOM_CLIENT_LOG_LEVEL"] = level_of(setting(from, "log_level", "info"));
  const bool is_local = setting(from, "package") == "local";
  all["FEDLOOM_CLIENT_PACKAGE_MODE"] = is_local ? "local" : "remote";
  if (is_local) {
    all["FEDLOOM_CLIENT_PACKAGE_FOLDER"] = setting(from, "package_folder", "client");
  }
  // Several clients are often started in one folder; each needs a place of its own.
  if (const auto who = setting(from, "client_id", setting(from, "name")); !who.empty()) {
    all.try_emplace("FEDLOOM_CLIENT_DATA_FOLDER", "fedloom-data/client-" + http::percent_encode(who));
  }
  return all;
}

result<variables> combiner_variables(const settings& from, const std::string& endpoint) {
  if (is_true(setting(from, "secure"))) {
    return fail(exit_code::usage,
                "--secure is not supported: the mesh is not encrypted yet; leave it out, or run a tunnel");
  }
  constexpr translation table[] = {{"name", "FEDLOOM_COMBINER_ID"},
                                   {"max_clients", "FEDLOOM_COMBINER_CLIENTS_MOST"},
                                   {"data_folder", "FEDLOOM_COMBINER_DATA_FOLDER"}};
  auto all = translated(from, table);
  all["FEDLOOM_COMBINER_CONTROLLER_ENDPOINT"] = endpoint;
  const auto host = setting(from, "host", "127.0.0.1");
  const auto port = setting(from, "port", "12080");
  all["FEDLOOM_COMBINER_MESH_BIND"] = fmt::format("tcp://{}:{}", is_this_machine(host) ? "127.0.0.1" : "0.0.0.0", port);
  all["FEDLOOM_COMBINER_MESH_ADVERTISE"] = fmt::format("tcp://{}:{}", setting(from, "fqdn", host), port);
  if (const auto name = setting(from, "name"); !name.empty()) {
    all.try_emplace("FEDLOOM_COMBINER_DATA_FOLDER", "fedloom-data/combiner-" + http::percent_encode(name));
  }
  return all;
}

result<std::string> mesh_endpoint(const api& from) {
  // The answer is the same for every client that is not waiting for a package; asking leaves no trace.
  const json question{{"client_id", "fedloom"}, {"package", "local"}};
  return from.send("POST", "/api/v1/clients/add", question).and_then([&](const json& told) -> result<std::string> {
    const auto host = told.value("host", json());
    const auto port = told.value("port", json());
    if (!host.is_string() || !port.is_number()) {
      return fail(exit_code::refused,
                  from.where().url() + " does not say where the mesh is dialled; name it with --endpoint");
    }
    return fmt::format("tcp://{}:{}", host.get<std::string>(), port.get<int>());
  });
}

} // namespace fedloom::cli
