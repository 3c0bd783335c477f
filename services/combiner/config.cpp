#include "services/combiner/config.hpp"

namespace fedloom::combiner {

using namespace std::chrono_literals;

config read_config(const runtime::config_reader& reader) {
  config all;
  reader.top().text("id", all.id, 0, 64);
  reader.top().text("data_folder", all.data_folder, 1);
  reader.top().milliseconds("drain_limit_ms", all.drain_limit, 0ms, 30s);

  const auto mesh = reader.section("mesh");
  mesh.text("bind", all.mesh_bind, 1);
  mesh.text("advertise", all.mesh_advertise);

  const auto controller = reader.section("controller");
  controller.text("endpoint", all.controller_endpoint, 1);
  controller.milliseconds("answer_ms", all.dialog.answer, 100ms, 60s);
  controller.milliseconds("first_pause_ms", all.dialog.first_pause, 10ms, 60s);
  controller.milliseconds("longest_pause_ms", all.dialog.longest_pause, 10ms, 600s);

  const auto clients = reader.section("clients");
  clients.number<std::uint32_t>("most", all.roster.max_clients, 1, 20'000);
  clients.milliseconds("heartbeat_ms", all.roster.heartbeat, 10ms, 60s);
  clients.milliseconds("lease_ms", all.roster.lease, 30ms, 600s);
  if (all.roster.lease < 2 * all.roster.heartbeat) {
    clients.problem("lease_ms", "must be at least twice clients.heartbeat_ms");
  }
  all.parts.collection.absence = all.roster.lease;

  const auto collection = reader.section("collection");
  collection.number<std::size_t>("most", all.parts.open, 2, 1000);
  collection.milliseconds("upload_stall_ms", all.parts.collection.upload_stall, 100ms, 600s);
  collection.milliseconds("disk_patience_ms", all.parts.disk_patience, 0ms, 600s);
  collection.milliseconds("report_pause_ms", all.parts.collection.report_pause, 0ms, 10s);

  const auto transfer = reader.section("transfer");
  transfer.number<std::uint32_t>("window_chunks", all.parts.collection.window, 1, 1024);
  all.models.window = all.parts.collection.window;
  transfer.bytes("model_limit", all.models.model_bytes, 1024, std::uint64_t{1} << 40);
  transfer.bytes("package_limit", all.models.package_bytes, 1024, std::uint64_t{4} << 30);
  all.admin = runtime::read_admin(reader, all.admin);
  return all;
}

} // namespace fedloom::combiner
