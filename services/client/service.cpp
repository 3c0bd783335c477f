#include "services/client/service.hpp"

#include "actors/kernel/logger.hpp"
#include "services/client/make_trainer.hpp"
#include "services/client/tree.hpp"
#include "services/runtime/mesh_node.hpp"
#include "services/runtime/version.hpp"

#include <caf/all.hpp>
#include <prometheus/registry.h>

namespace fedloom::client {

namespace {

/// Everything that a client process owns, in an order in which the later may use the earlier.
class client_service final : public runtime::running_service {
public:
  ~client_service() override { shut_down(); }

  domain::expected<void> open(const config& with, const runtime::stop_request& stop) {
    if (auto settled = node_.settle(with.data_folder, with.id); !settled) {
      return settled;
    }
    auto made = make_trainer(with.package, node_.folder());
    if (!made) {
      return tl::unexpected(made.error());
    }
    trainer_ = std::move(*made);
    if (auto kept = open_updates(node_.folder() / "updates"); !kept) {
      return kept;
    }
    return node_.open_mesh("", deliver_to_clients(node_.names())).and_then([&] {
      start_actors(with, stop);
      return start_admin(with);
    });
  }

  void stop() override {
    node_.names()->send<membership_actor>(membership_name(domain::client_id{node_.id()}), leave{});
    shut_down();
  }

private:
  domain::expected<void> open_updates(const std::filesystem::path& folder) {
    auto opened = open_file_update_store(folder);
    if (!opened) {
      return tl::unexpected(opened.error());
    }
    for (const auto& one : opened->damaged) {
      kernel::log(kernel::log_level::error, "client", "kept-update-unusable", {{"reason", domain::to_string(one)}});
    }
    updates_ = std::move(opened->store);
    return {};
  }

  void start_actors(const config& with, const runtime::stop_request& stop) {
    auto parts = std::make_shared<deps>();
    parts->mesh = &node_.mesh();
    parts->names = node_.names();
    parts->work = trainer_.work.get();
    parts->runner = runner_.get();
    parts->updates = updates_;
    parts->count = count_.get();
    parts->membership = {domain::client_id{node_.id()},
                         with.name,
                         with.controller_endpoint,
                         domain::combiner_id{with.preferred_combiner},
                         with.max_examples,
                         with.dialog,
                         {cores_here(), memory_here(), trainer_.sandbox, std::string(runtime::version())}};
    parts->tasks = with.tasks;
    parts->token_file = node_.folder() / "resume_token";
    node_.host().start(tree({std::move(parts)}), stop);
  }

  domain::expected<void> start_admin(const config& with) {
    return node_.start_admin(with.admin).map([&] {
      kernel::log(kernel::log_level::info, "client", "started",
                  {{"client", node_.id()},
                   {"controller", with.controller_endpoint},
                   {"package", trainer_.description},
                   {"sandbox", trainer_.sandbox},
                   {"metrics", node_.metrics_url()}});
    });
  }

  void shut_down() {
    node_.shut_down();
    runner_.reset(); // waits for the task that was cancelled
  }

  runtime::mesh_node node_{"client"};
  std::unique_ptr<probe> count_ = make_probe(node_.registry());
  made_trainer trainer_;
  std::shared_ptr<update_store> updates_;
  std::unique_ptr<kernel::worker> runner_ = std::make_unique<kernel::worker>("runner", 1, 16);
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
