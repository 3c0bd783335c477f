#include "services/runtime/mesh_node.hpp"

#include <caf/all.hpp>
#include <prometheus/registry.h>

namespace fedloom::runtime {

mesh_node::mesh_node(std::string service)
    : service_(std::move(service)), metrics_(service_),
      mesh_count_(transport::make_gateway_probe(metrics_.registry(), service_)) {}

domain::expected<void> mesh_node::settle(const std::string& data_folder) {
  return open_data_folder(data_folder)
      .and_then([this](std::filesystem::path folder) {
        folder_ = std::move(folder);
        return lock_data_folder(folder_);
      })
      .map([this](folder_lock lock) { lock_ = std::move(lock); });
}

domain::expected<void> mesh_node::settle(const std::string& data_folder, const std::string& configured_id) {
  return settle(data_folder)
      .and_then([&] { return stable_id(folder_, configured_id, service_); })
      .map([this](std::string id) { id_ = std::move(id); });
}

domain::expected<void> mesh_node::open_mesh(const std::string& bind, transport::inbox to) {
  transport::zmq_gateway_config config;
  config.bind = bind;
  return transport::zmq_gateway::open(config, std::move(to)).map([this](std::unique_ptr<transport::zmq_gateway> mesh) {
    mesh_ = std::move(mesh);
  });
}

domain::expected<void> mesh_node::start_admin(const admin_config& with, std::function<domain::expected<void>()> ready) {
  if (!with.enabled) {
    return {};
  }
  admin_sources sources{std::move(ready),
                        [this] {
                          mesh_count_->update(mesh_->counters());
                          return metrics_.scrape();
                        },
                        host_.supervision(), host_.kill()};
  return start_admin_server(with, std::move(sources)).map([this](std::unique_ptr<http_server> admin) {
    admin_ = std::move(admin);
  });
}

void mesh_node::shut_down() {
  admin_.reset();
  host_.stop();
}

} // namespace fedloom::runtime
