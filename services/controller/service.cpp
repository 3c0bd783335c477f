#include "services/controller/service.hpp"

#include "actors/kernel/logger.hpp"
#include "actors/transport/gateway_probe.hpp"
#include "actors/transport/zmq_gateway.hpp"
#include "services/controller/actor_session_desk.hpp"
#include "services/controller/routes/rest.hpp"
#include "services/controller/tree.hpp"
#include "services/runtime/actor_host.hpp"
#include "services/runtime/data_folder.hpp"
#include "services/runtime/metrics.hpp"

#include <prometheus/registry.h>

namespace fedloom::controller {

namespace {

/// Everything that a controller owns, in an order in which the later may use the earlier.
class controller_service final : public runtime::running_service {
public:
  ~controller_service() override { shut_down(); }

  domain::expected<void> open(const config& with, const runtime::stop_request& stop) {
    auto opened = open_stores(with)
                      .and_then([&] { return open_mesh(with); })
                      .and_then([&] { return start_actors(with, stop); })
                      .and_then([&] { return start_servers(with); });
    return opened;
  }

  void stop() override { shut_down(); }

private:
  domain::expected<void> open_stores(const config& with) {
    const auto folder = runtime::open_data_folder(with.data_folder);
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    upload_folder_ = *folder / "uploads";
    if (auto uploads = runtime::open_data_folder(upload_folder_); !uploads) {
      return tl::unexpected(uploads.error());
    }
    auto store = storage::open_rocksdb_round_store(*folder / "state");
    if (!store) {
      return tl::unexpected(store.error());
    }
    store_ = std::move(*store);
    auto models = storage::open_file_model_store(*folder / "models");
    if (!models) {
      return tl::unexpected(models.error());
    }
    models_ = std::move(*models);
    auto term = store_->next_term();
    if (!term) {
      return tl::unexpected(term.error());
    }
    term_ = *term;
    writer_ = std::make_unique<storage::store_writer>(*store_);
    reducer_ = std::make_unique<reduction_worker>(*models_);
    return {};
  }

  domain::expected<void> open_mesh(const config& with) {
    transport::zmq_gateway_config mesh;
    mesh.bind = with.mesh_bind;
    auto opened = transport::zmq_gateway::open(
        mesh, transport::deliver_to(host_.names(), route, {registry_name, hand_out_name}, registry_name));
    if (!opened) {
      return tl::unexpected(opened.error());
    }
    mesh_ = std::move(*opened);
    return {};
  }

  domain::expected<void> start_actors(const config& with, const runtime::stop_request& stop) {
    auto parts = std::make_shared<deps>();
    parts->mesh = mesh_.get();
    parts->names = host_.names();
    parts->store = store_.get();
    parts->writer = writer_.get();
    parts->models = models_.get();
    parts->reducer = reducer_.get();
    parts->policy = &policy_;
    parts->presence = &presence_;
    parts->feed = &feed_;
    parts->count = count_.get();
    parts->term = term_;
    parts->registry = with.registry;
    parts->sessions = with.sessions;
    parts->window = with.window;
    host_.start(tree(std::move(parts)), stop);
    desk_ = std::make_unique<actor_session_desk>(host_.system(), host_.names());
    return {};
  }

  domain::expected<void> start_servers(const config& with) {
    const auto ready = [] { return domain::expected<void>{}; }; // it listens only after recovery
    rest_context rest;
    rest.store = store_.get();
    rest.models = models_.get();
    rest.presence = &presence_;
    rest.feed = &feed_;
    rest.desk = desk_.get();
    rest.ready = ready;
    rest.supervision = host_.supervision();
    rest.model_limit = with.model_limit;
    runtime::http_config http;
    http.bind = with.http_bind;
    http.port = with.http_port;
    http.threads = with.http_threads;
    http.event_streams = with.event_streams;
    http.upload_folder = upload_folder_;
    http.on_failure = [](const std::string& what) {
      kernel::log(kernel::log_level::error, "http", "handler-failed", {{"what", what}});
    };
    auto api = runtime::http_server::start(http, rest_routes(rest));
    if (!api) {
      return tl::unexpected(api.error());
    }
    api_ = std::move(*api);
    if (with.admin.enabled) {
      auto admin = runtime::start_admin_server(with.admin,
                                               {ready, [this] { return scrape(); }, host_.supervision(), host_.kill()});
      if (!admin) {
        return tl::unexpected(admin.error());
      }
      admin_ = std::move(*admin);
    }
    kernel::log(kernel::log_level::info, "controller", "listening",
                {{"mesh", mesh_->endpoint()},
                 {"http", api_->url()},
                 {"metrics", admin_ ? admin_->url() : std::string("off")},
                 {"term", term_.value()}});
    return {};
  }

  std::string scrape() {
    mesh_count_->update(mesh_->counters());
    return metrics_.scrape();
  }

  void shut_down() {
    api_.reset();
    admin_.reset();
    host_.stop();
  }

  runtime::metrics metrics_{"controller"};
  std::unique_ptr<probe> count_ = make_probe(metrics_.registry());
  std::unique_ptr<transport::gateway_probe> mesh_count_ =
      transport::make_gateway_probe(metrics_.registry(), "controller");
  runtime::actor_host host_;
  domain::open_gate policy_;
  presence_board presence_;
  round_feed feed_;
  std::filesystem::path upload_folder_;
  std::unique_ptr<storage::round_store> store_;
  std::unique_ptr<storage::model_store> models_;
  domain::term term_;
  std::unique_ptr<storage::store_writer> writer_;
  std::unique_ptr<reduction_worker> reducer_;
  std::unique_ptr<transport::zmq_gateway> mesh_;
  std::unique_ptr<session_desk> desk_;
  std::unique_ptr<runtime::http_server> admin_;
  std::unique_ptr<runtime::http_server> api_;
};

} // namespace

domain::expected<std::unique_ptr<runtime::running_service>> start(const config& with,
                                                                  const runtime::stop_request& stop) {
  auto service = std::make_unique<controller_service>();
  if (auto opened = service->open(with, stop); !opened) {
    return tl::unexpected(opened.error());
  }
  return service;
}

} // namespace fedloom::controller
