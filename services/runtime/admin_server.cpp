#include "services/runtime/admin_server.hpp"

#include "actors/kernel/logger.hpp"
#include "services/runtime/json_answer.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::runtime {

namespace {

http_response plain(int status, std::string text) {
  http_response answer;
  answer.status = status;
  answer.content_type = "text/plain; charset=utf-8";
  answer.body = std::move(text);
  return answer;
}

http_response readiness(const domain::expected<void>& ready) {
  return ready ? plain(200, "ready\n") : plain(503, ready.error().text + '\n');
}

http_response exposition(std::string text) {
  auto answer = plain(200, std::move(text));
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return answer;
}

http_response killed(const std::string& child, bool found) {
  return found ? message_answer(202, "killed " + child) : message_answer(404, "no living child " + child);
}

} // namespace

admin_config read_admin(const config_reader& reader, admin_config defaults) {
  const auto section = reader.section("metrics");
  section.flag("enabled", defaults.enabled);
  section.text("bind", defaults.bind, 1, 255);
  section.number<std::uint16_t>("port", defaults.port, 0, 65535);
  reader.section("testing").flag("kill_children", defaults.kill_children);
  return defaults;
}

http_response supervision_answer(const std::vector<kernel::child_status>& children) {
  auto lines = nlohmann::json::array();
  for (const auto& child : children) {
    lines.push_back({{"name", child.name},
                     {"supervisor", child.supervisor},
                     {"alive", child.alive},
                     {"restarts", child.restarts},
                     {"last_reason", child.last_reason}});
  }
  http_response answer;
  answer.body = nlohmann::json{{"children", lines}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return answer;
}

domain::expected<std::unique_ptr<http_server>> start_admin_server(const admin_config& config, admin_sources sources) {
  const auto shared = std::make_shared<const admin_sources>(std::move(sources));
  const auto get = [](const char* path, auto handler) {
    return route{"GET", path, http_handler{[handler](http_request&) { return handler(); }}};
  };
  std::vector<route> routes{
      get("/livez", [] { return plain(200, "alive\n"); }),
      get("/readyz", [shared] { return readiness(shared->ready()); }),
      get("/metrics", [shared] { return exposition(shared->metrics()); }),
      get("/supervision", [shared] { return supervision_answer(shared->supervision()); }),
  };
  if (config.kill_children) {
    routes.push_back({"POST", "/supervision/{child}/kill", http_handler{[shared](http_request& request) {
                        const auto& child = request.parameters.at("child");
                        return killed(child, shared->kill(child));
                      }}});
  }
  http_config http;
  http.bind = config.bind;
  http.port = config.port;
  http.threads = 3; // a scrape, a probe, a person
  http.event_streams = 0;
  http.body_limit = 0;
  http.on_failure = [](const std::string& what) {
    kernel::log(kernel::log_level::error, "admin", "handler-failed", {{"reason", what}});
  };
  return http_server::start(std::move(http), std::move(routes));
}

} // namespace fedloom::runtime
