#include "services/controller/config.hpp"

namespace fedloom::controller {

using namespace std::chrono_literals;

config read_config(const runtime::config_reader& reader) {
  config all;
  reader.top().text("data_folder", all.data_folder, 1);
  reader.section("mesh").text("bind", all.mesh_bind, 1);

  const auto http = reader.section("http");
  http.text("bind", all.http_bind, 1);
  http.number<std::uint16_t>("port", all.http_port, 0, 65535);
  http.number<unsigned>("threads", all.http_threads, 2, 256);
  http.number<unsigned>("event_streams", all.event_streams, 1, 255);
  if (all.event_streams >= all.http_threads) {
    http.problem("event_streams", "must be less than http.threads, or nobody else is served");
  }
  http.bytes("model_limit", all.model_limit, 1024, std::uint64_t{1} << 40);

  const auto registry = reader.section("registry");
  registry.milliseconds("heartbeat_ms", all.registry.heartbeat, 10ms, 60s);
  registry.milliseconds("lease_ms", all.registry.lease, 30ms, 600s);
  if (all.registry.lease < 2 * all.registry.heartbeat) {
    registry.problem("lease_ms", "must be at least twice registry.heartbeat_ms");
  }
  registry.milliseconds("ticket_valid_ms", all.registry.ticket_valid, 100ms, 600s);
  registry.number<std::uint32_t>("max_combiners", all.registry.max_combiners, 1, 100'000);
  registry.number<std::uint32_t>("max_clients", all.registry.max_clients, 1, 10'000'000);
  registry.number<std::uint64_t>("max_examples", all.registry.max_examples, 1, std::uint64_t{1} << 50);

  const auto sessions = reader.section("sessions");
  sessions.number<std::size_t>("most", all.sessions.sessions, 1, 1'000'000);
  sessions.number<std::size_t>("queued", all.sessions.queued, 1, 10'000);
  sessions.milliseconds("absence_ms", all.sessions.absence, 100ms, 600s);
  sessions.milliseconds("closing_ms", all.sessions.closing, 100ms, 3600s);

  reader.section("transfer").number<std::uint32_t>("window_chunks", all.window, 1, 1024);
  all.admin = runtime::read_admin(reader, all.admin);
  return all;
}

} // namespace fedloom::controller
