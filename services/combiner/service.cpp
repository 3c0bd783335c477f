#include "services/combiner/service.hpp"

#include "actors/kernel/logger.hpp"
#include "actors/transport/gateway_probe.hpp"
#include "actors/transport/zmq_gateway.hpp"
#include "services/combiner/tree.hpp"
#include "services/runtime/actor_host.hpp"
#include "services/runtime/data_folder.hpp"
#include "services/runtime/metrics.hpp"

#include <caf/all.hpp>
#include <prometheus/registry.h>

namespace fedloom::combiner {

namespace {

/// Everything that a combiner owns, in an order in which the later may use the earlier.
class combiner_service final : public runtime::running_service {
public:
  ~combiner_service() override { shut_down(); }

  domain::expected<void> open(const config& with, const runtime::stop_request& stop) {
    const auto folder = runtime::open_data_folder(with.data_folder);
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    const auto id = runtime::stable_id(*folder, with.id, "combiner");
    if (!id) {
      return tl::unexpected(id.error());
    }
    transport::zmq_gateway_config mesh;
    mesh.bind = with.mesh_bind;
    auto opened = transport::zmq_gateway::open(
        mesh, transport::deliver_to(host_.names(), route, {uplink_name, roster_name, model_cache_name}, roster_name));
    if (!opened) {
      return tl::unexpected(opened.error());
    }
    mesh_ = std::move(*opened);
    const auto advertised =
        runtime::with_ordinal(with.mesh_advertise.empty() ? mesh_->endpoint() : with.mesh_advertise);
    if (!advertised) {
      return tl::unexpected(advertised.error());
    }
    start_actors(with, *id, *advertised, stop);
    return start_admin(with, *id, *advertised);
  }

  /// Says goodbye to both sides first: clients go elsewhere at once, the controller does not wait for a lease to end.
  void stop() override {
    host_.names()->send<roster_actor>(roster_name, drain{});
    host_.names()->send<uplink_actor>(uplink_name, drain{});
    shut_down();
  }

private:
  void start_actors(const config& with, const std::string& id, const std::string& advertised,
                    const runtime::stop_request& stop) {
    auto parts = std::make_shared<deps>();
    parts->mesh = mesh_.get();
    parts->names = host_.names();
    parts->folder = folder_.get();
    parts->verifier = verifier_.get();
    parts->policy = &policy_;
    parts->count = count_.get();
    parts->uplink_is_up = &uplink_is_up_;
    parts->combiner = domain::combiner_id{id};
    parts->advertised_endpoint = advertised;
    parts->controller_endpoint = with.controller_endpoint;
    parts->dialog = with.dialog;
    parts->roster = with.roster;
    parts->collection = with.collection;
    parts->collections = with.collections;
    parts->models = with.models;
    host_.start(tree(std::move(parts)), stop);
  }

  domain::expected<void> start_admin(const config& with, const std::string& id, const std::string& advertised) {
    if (with.admin.enabled) {
      auto admin = runtime::start_admin_server(
          with.admin, {[this] { return is_ready(); }, [this] { return scrape(); }, host_.supervision(), host_.kill()});
      if (!admin) {
        return tl::unexpected(admin.error());
      }
      admin_ = std::move(*admin);
    }
    kernel::log(kernel::log_level::info, "combiner", "listening",
                {{"combiner", id},
                 {"mesh", mesh_->endpoint()},
                 {"advertised", advertised},
                 {"metrics", admin_ ? admin_->url() : std::string("off")}});
    return {};
  }

  /// A combiner is of use when the controller knows it.
  domain::expected<void> is_ready() {
    return uplink_is_up_ ? domain::expected<void>{}
                         : domain::failure(domain::errc::unavailable, "the controller has not welcomed this combiner");
  }

  std::string scrape() {
    mesh_count_->update(mesh_->counters());
    return metrics_.scrape();
  }

  void shut_down() {
    admin_.reset();
    host_.stop();
  }

  runtime::metrics metrics_{"combiner"};
  std::atomic<bool> uplink_is_up_ = false;
  std::unique_ptr<probe> count_ = make_probe(metrics_.registry());
  std::unique_ptr<transport::gateway_probe> mesh_count_ =
      transport::make_gateway_probe(metrics_.registry(), "combiner");
  runtime::actor_host host_;
  domain::open_gate policy_;
  std::unique_ptr<fold_worker> folder_ = std::make_unique<fold_worker>();
  std::unique_ptr<kernel::worker> verifier_ = std::make_unique<kernel::worker>("verifier", 1, 64);
  std::unique_ptr<transport::zmq_gateway> mesh_;
  std::unique_ptr<runtime::http_server> admin_;
};

} // namespace

domain::expected<std::unique_ptr<runtime::running_service>> start(const config& with,
                                                                  const runtime::stop_request& stop) {
  auto service = std::make_unique<combiner_service>();
  if (auto opened = service->open(with, stop); !opened) {
    return tl::unexpected(opened.error());
  }
  return service;
}

} // namespace fedloom::combiner
