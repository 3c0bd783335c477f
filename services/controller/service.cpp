#include "services/controller/service.hpp"

#include "actors/kernel/logger.hpp"
#include "actors/storage/model_check.hpp"
#include "services/controller/actor_session_desk.hpp"
#include "services/controller/routes/rest.hpp"
#include "services/controller/tree.hpp"
#include "services/runtime/data_folder.hpp"
#include "services/runtime/mesh_node.hpp"

#include <prometheus/registry.h>

namespace fedloom::controller {

namespace {

/// Uploads that were on their way when a process was killed.
void remove_content(const std::filesystem::path& folder) {
  std::error_code ignored; // then it is in nobody's way but the disk's
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

/// Everything that a controller owns, in an order in which the later may use the earlier.
class controller_service final : public runtime::running_service {
public:
  ~controller_service() override { shut_down(); }

  domain::expected<void> open(const config& with, const runtime::stop_request& stop) {
    auto opened = node_.settle(with.data_folder)
                      .and_then([&] { return open_stores(); })
                      .and_then([&] { return open_mesh(with); })
                      .and_then([&] {
                        start_actors(with, stop);
                        return start_servers(with);
                      });
    return opened;
  }

  void stop() override { shut_down(); }

private:
  domain::expected<void> open_stores() {
    upload_folder_ = node_.folder() / "uploads";
    if (auto uploads = runtime::open_data_folder(upload_folder_); !uploads) {
      return tl::unexpected(uploads.error());
    }
    remove_content(upload_folder_);
    auto models = storage::open_file_model_store(node_.folder() / "models");
    if (!models) {
      return tl::unexpected(models.error());
    }
    models_ = std::move(*models);
    auto packages = storage::open_file_package_store(node_.folder() / "packages");
    if (!packages) {
      return tl::unexpected(packages.error());
    }
    packages_ = std::move(*packages);
    auto store =
        storage::open_rocksdb_round_store(node_.folder() / "state", [this](const storage::round_store& records) {
          return storage::check_models(records, *models_).map_error([this](domain::error refused) {
            refused.text = "the store in " + node_.folder().string() + ": " + refused.text;
            return refused;
          });
        });
    if (!store) {
      return tl::unexpected(store.error());
    }
    store_ = std::move(*store);
    if (const auto removed = storage::remove_stray_models(*store_, *models_); removed > 0) {
      kernel::log(kernel::log_level::info, "controller", "stray-models-removed", {{"models", removed}});
    }
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
    auto inbox = transport::deliver_to(node_.names(), route, {registry_name, hand_out_name}, registry_name);
    return node_.open_mesh(with.mesh_bind, in_term(term_, std::move(inbox)));
  }

  void start_actors(const config& with, const runtime::stop_request& stop) {
    auto parts = std::make_shared<deps>();
    parts->mesh = &node_.mesh();
    parts->names = node_.names();
    parts->store = store_.get();
    parts->writer = writer_.get();
    parts->models = models_.get();
    parts->packages = packages_.get();
    parts->reducer = reducer_.get();
    parts->policy = &policy_;
    parts->presence = &presence_;
    parts->health = &health_;
    parts->feed = &feed_;
    parts->count = count_.get();
    parts->term = term_;
    parts->registry = with.registry;
    parts->sessions = with.sessions;
    parts->window = with.window;
    node_.host().start(tree(std::move(parts)), stop);
    desk_ = std::make_unique<actor_session_desk>(node_.host().system(), node_.names());
  }

  domain::expected<void> start_servers(const config& with) {
    rest_context rest;
    rest.store = store_.get();
    rest.models = models_.get();
    rest.packages = packages_.get();
    rest.mesh_endpoint = node_.endpoint();
    rest.presence = &presence_;
    rest.feed = &feed_;
    rest.desk = desk_.get();
    rest.ready = [this] { return health_.ready(); }; // it listens only after recovery
    rest.supervision = node_.host().supervision();
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
    auto api = runtime::http_server::start(http, all_routes(rest));
    if (!api) {
      return tl::unexpected(api.error());
    }
    api_ = std::move(*api);
    return node_.start_admin(with.admin).map([this] {
      kernel::log(kernel::log_level::info, "controller", "listening",
                  {{"mesh", node_.endpoint()},
                   {"http", api_->url()},
                   {"metrics", node_.metrics_url()},
                   {"term", term_.value()}});
    });
  }

  void shut_down() {
    api_.reset();
    node_.shut_down();
  }

  runtime::mesh_node node_{"controller"};
  std::unique_ptr<probe> count_ = make_probe(node_.registry());
  domain::open_gate policy_;
  presence_board presence_;
  health_board health_;
  round_feed feed_;
  std::filesystem::path upload_folder_;
  std::unique_ptr<storage::round_store> store_;
  std::unique_ptr<storage::model_store> models_;
  std::unique_ptr<storage::package_store> packages_;
  domain::term term_;
  std::unique_ptr<storage::store_writer> writer_;
  std::unique_ptr<reduction_worker> reducer_;
  std::unique_ptr<session_desk> desk_;
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
