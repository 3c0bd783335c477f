#pragma once
#include "actors/kernel/tree_status.hpp"
#include "services/runtime/config_reader.hpp"
#include "services/runtime/http_server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fedloom::runtime {

struct admin_config {
  bool enabled = true;
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0;     ///< 0: any free one
  bool kill_children = false; ///< allows POST /supervision/{child}/kill; for tests of recovery only
};
/// Keys metrics.enabled, metrics.bind, metrics.port and testing.kill_children; what is missing stays as in `defaults`.
admin_config read_admin(const config_reader& reader, admin_config defaults);

/// What the admin interface asks; called on its threads.
struct admin_sources {
  std::function<domain::expected<void>()> ready; ///< the error's text says what is still missing
  std::function<std::string()> metrics;          ///< Prometheus' text format
  std::function<std::vector<kernel::child_status>()> supervision;
  std::function<bool(const std::string& child)> kill; ///< false: no such child, or it is dead
};

/// The HTTP interface that every service has on its metrics port: GET /livez, /readyz (503 with the reason until
/// ready), /metrics, /supervision, and POST /supervision/{child}/kill if the configuration allows it. Errors as
/// http_server::start.
domain::expected<std::unique_ptr<http_server>> start_admin_server(const admin_config& config, admin_sources sources);

/// {"children": [{"name", "supervisor", "alive", "restarts", "last_reason"}, ...]}; also the REST API's answer.
http_response supervision_answer(const std::vector<kernel::child_status>& children);

} // namespace fedloom::runtime
