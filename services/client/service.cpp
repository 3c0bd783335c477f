#include "services/client/service.hpp"

#include "actors/client/runtime/package_trainer.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/transport/gateway_probe.hpp"
#include "actors/transport/zmq_gateway.hpp"
#include "services/client/package_file.hpp"
#include "services/client/tree.hpp"
#include "services/runtime/actor_host.hpp"
#include "services/runtime/data_folder.hpp"
#include "services/runtime/metrics.hpp"

#include <caf/all.hpp>
#include <prometheus/registry.h>

namespace fedloom::client {

namespace {

/// Everything that a client process owns, in an order in which the later may use the earlier.
class client_service final : public runtime::running_service {
public:
  ~client_service() override { shut_down(); }

  domain::expected<void> open(const config& with, const runtime::stop_request& stop) {
    const auto folder = runtime::open_data_folder(with.data_folder);
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    const auto id = runtime::stable_id(*folder, with.id, "client");
    if (!id) {
      return tl::unexpected(id.error());
    }
    auto package = load_package(with.package_folder);
    if (!package) {
      return domain::failure(domain::errc::config_invalid, package.error().text);
    }
    trainer_ = std::make_unique<package_trainer>(std::move(*package), *folder / "work");
    auto opened = transport::zmq_gateway::open({}, deliver_to_clients(host_.names()));
    if (!opened) {
      return tl::unexpected(opened.error());
    }
    mesh_ = std::move(*opened);
    start_actors(with, domain::client_id{*id}, *folder, stop);
    return start_admin(with, *id);
  }

  void stop() override {
    host_.names()->send<membership_actor>(membership_name(id_), leave{});
    shut_down();
  }

private:
  void start_actors(const config& with, const domain::client_id& id, const std::filesystem::path& folder,
                    const runtime::stop_request& stop) {
    id_ = id;
    auto parts = std::make_shared<deps>();
    parts->mesh = mesh_.get();
    parts->names = host_.names();
    parts->work = trainer_.get();
    parts->runner = runner_.get();
    parts->count = count_.get();
    parts->membership = {id,
                         with.name,
                         with.controller_endpoint,
                         domain::combiner_id{with.preferred_combiner},
                         with.max_examples,
                         with.dialog};
    parts->tasks = with.tasks;
    parts->token_file = folder / "resume_token";
    host_.start(tree({std::move(parts)}), stop);
  }

  domain::expected<void> start_admin(const config& with, const std::string& id) {
    if (with.admin.enabled) {
      auto admin =
          runtime::start_admin_server(with.admin, {[] { return domain::expected<void>{}; }, [this] { return scrape(); },
                                                   host_.supervision(), host_.kill()});
      if (!admin) {
        return tl::unexpected(admin.error());
      }
      admin_ = std::move(*admin);
    }
    kernel::log(kernel::log_level::info, "client", "started",
                {{"client", id},
                 {"controller", with.controller_endpoint},
                 {"package", with.package_folder},
                 {"metrics", admin_ ? admin_->url() : std::string("off")}});
    return {};
  }

  std::string scrape() {
    mesh_count_->update(mesh_->counters());
    return metrics_.scrape();
  }

  void shut_down() {
    admin_.reset();
    host_.stop();
    runner_.reset(); // waits for the task that was cancelled
  }

  runtime::metrics metrics_{"client"};
  std::unique_ptr<probe> count_ = make_probe(metrics_.registry());
  std::unique_ptr<transport::gateway_probe> mesh_count_ = transport::make_gateway_probe(metrics_.registry(), "client");
  runtime::actor_host host_;
  domain::client_id id_;
  std::unique_ptr<trainer> trainer_;
  std::unique_ptr<transport::zmq_gateway> mesh_;
  std::unique_ptr<kernel::worker> runner_ = std::make_unique<kernel::worker>("runner", 1, 16);
  std::unique_ptr<runtime::http_server> admin_;
};

} // namespace

domain::expected<std::unique_ptr<runtime::running_service>> start(const config& with,
                                                                  const runtime::stop_request& stop) {
  auto service = std::make_unique<client_service>();
  if (auto opened = service->open(with, stop); !opened) {
    return tl::unexpected(opened.error());
  }
  return service;
}

} // namespace fedloom::client
