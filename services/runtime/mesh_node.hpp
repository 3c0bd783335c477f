#pragma once
#include "actors/transport/gateway_probe.hpp"
#include "actors/transport/zmq_gateway.hpp"
#include "services/runtime/actor_host.hpp"
#include "services/runtime/data_folder.hpp"
#include "services/runtime/metrics.hpp"

#include <filesystem>

namespace fedloom::runtime {

/// What every service of the mesh is made of besides its own work: a data folder and a name that lasts, actors, a
/// gateway, metrics and the admin server. The first member of a service, for all others use it; a service shuts it down
/// before it frees what its actors use.
class mesh_node {
public:
  /// `service`: "combiner"; part of the metrics' names.
  explicit mesh_node(std::string service);
  ~mesh_node() { shut_down(); }

  /// Makes the data folder if need be and keeps it for this process. Errors as open_data_folder, lock_data_folder.
  domain::expected<void> settle(const std::string& data_folder);
  /// And finds out by which id this one is known (stable_id).
  domain::expected<void> settle(const std::string& data_folder, const std::string& configured_id);
  /// `bind` may be empty: then it only dials. Errors as zmq_gateway::open.
  domain::expected<void> open_mesh(const std::string& bind, transport::inbox to);
  /// Unless the configuration does without. `ready` as in admin_sources; it is ready from the start by default.
  domain::expected<void> start_admin(
      const admin_config& with,
      std::function<domain::expected<void>()> ready = [] { return domain::expected<void>{}; });
  /// Ends the admin server and then the actors. May be called again.
  void shut_down();

  const std::filesystem::path& folder() const noexcept { return folder_; }
  const std::string& id() const noexcept { return id_; }
  prometheus::Registry& registry() { return metrics_.registry(); }
  actor_host& host() noexcept { return host_; }
  std::shared_ptr<kernel::directory> names() const { return host_.names(); }
  /// After open_mesh.
  transport::gateway& mesh() noexcept { return *mesh_; }
  /// Where it is bound; empty when it only dials.
  std::string endpoint() const { return mesh_->endpoint(); }
  /// For the log: the admin server's URL, or "off".
  std::string metrics_url() const { return admin_ ? admin_->url() : "off"; }

private:
  const std::string service_;
  std::filesystem::path folder_;
  folder_lock lock_; ///< among the first: all that writes to the folder dies before
  std::string id_;
  metrics metrics_;
  std::unique_ptr<transport::gateway_probe> mesh_count_;
  actor_host host_;
  std::unique_ptr<transport::zmq_gateway> mesh_;
  std::unique_ptr<http_server> admin_;
};

} // namespace fedloom::runtime
