#include "services/combiner/service.hpp"

#include "actors/kernel/logger.hpp"
#include "services/combiner/tree.hpp"
#include "services/runtime/data_folder.hpp"
#include "services/runtime/mesh_node.hpp"

#include <caf/all.hpp>
#include <prometheus/registry.h>

#include <future>

namespace fedloom::combiner {

namespace {

/// Everything that a combiner owns, in an order in which the later may use the earlier.
class combiner_service final : public runtime::running_service {
public:
  ~combiner_service() override { shut_down(); }

  domain::expected<void> open(const config& with, const runtime::stop_request& stop) {
    drain_limit_ = with.drain_limit;
    return node_.settle(with.data_folder, with.id)
        .and_then([&] { return open_journal(with.data_folder); })
        .and_then([&] { return open_mesh(with); })
        .and_then([&] {
          start_actors(with, stop);
          return start_admin(with);
        });
  }

  /// Hands in what is held, for as long as it may take; then says goodbye to both sides: clients go elsewhere at once,
  /// the controller does not wait for a lease to end.
  void stop() override {
    // The collections first: the controller answers the uplink's word at once by closing them, and why must be known
    // then.
    node_.names()->send<collection_actor>(collection_name, drain{});
    node_.names()->send<uplink_actor>(uplink_name, drain{});
    if (drained_.get_future().wait_for(drain_limit_) != std::future_status::ready) {
      kernel::log(kernel::log_level::warn, "combiner", "drain-ended",
                  {{"reason", std::string("the controller has not taken everything in time")}});
    }
    node_.names()->send<roster_actor>(roster_name, leave{});
    node_.names()->send<uplink_actor>(uplink_name, leave{});
    shut_down();
  }

private:
  domain::expected<void> open_journal(const std::string& data_folder) {
    auto opened = storage::open_rocksdb_round_journal(data_folder + "/journal", [this](const auto& damaged) {
      count_->journal_set_aside();
      kernel::log(kernel::log_level::warn, "combiner", "journal-set-aside",
                  {{"reason", damaged.why},
                   {"moved_to", damaged.moved_to},
                   {"lost", "no update: it is an index of what clients keep, and they offer that again"}});
    });
    if (!opened) {
      return tl::unexpected(opened.error());
    }
    journal_ = std::move(*opened);
    writer_ = std::make_unique<storage::journal_writer>(*journal_, [this](const storage::journal_group& group) {
      group.written ? count_->journal_written(group.entries, group.took) : count_->journal_failed();
    });
    return {};
  }

  domain::expected<void> open_mesh(const config& with) {
    auto inbox = transport::deliver_to(node_.names(), route, {uplink_name, roster_name, model_cache_name}, roster_name);
    return node_.open_mesh(with.mesh_bind, std::move(inbox))
        .and_then(
            [&] { return runtime::with_ordinal(with.mesh_advertise.empty() ? node_.endpoint() : with.mesh_advertise); })
        .map([this](std::string endpoint) { advertised_ = std::move(endpoint); });
  }

  void start_actors(const config& with, const runtime::stop_request& stop) {
    auto parts = std::make_shared<deps>();
    parts->mesh = &node_.mesh();
    parts->names = node_.names();
    parts->folder = folder_.get();
    parts->verifier = verifier_.get();
    parts->journal = journal_.get();
    parts->writer = writer_.get();
    parts->policy = &policy_;
    parts->count = count_.get();
    parts->uplink_is_up = &uplink_is_up_;
    parts->combiner = domain::combiner_id{node_.id()};
    parts->advertised_endpoint = advertised_;
    parts->controller_endpoint = with.controller_endpoint;
    parts->dialog = with.dialog;
    parts->roster = with.roster;
    parts->parts = with.parts;
    parts->drained = [this] {
      if (!is_drained_.exchange(true)) { // again after a restart of the actor
        drained_.set_value();
      }
    };
    parts->models = with.models;
    node_.host().start(tree(std::move(parts)), stop);
  }

  domain::expected<void> start_admin(const config& with) {
    return node_.start_admin(with.admin, [this] { return is_ready(); }).map([this] {
      kernel::log(kernel::log_level::info, "combiner", "listening",
                  {{"combiner", node_.id()},
                   {"mesh", node_.endpoint()},
                   {"advertised", advertised_},
                   {"metrics", node_.metrics_url()}});
    });
  }

  /// A combiner is of use when the controller knows it.
  domain::expected<void> is_ready() {
    return uplink_is_up_ ? domain::expected<void>{}
                         : domain::failure(domain::errc::unavailable, "the controller has not welcomed this combiner");
  }

  void shut_down() { node_.shut_down(); }

  runtime::mesh_node node_{"combiner"};
  std::string advertised_;
  std::atomic<bool> uplink_is_up_ = false;
  std::unique_ptr<probe> count_ = make_probe(node_.registry());
  domain::open_gate policy_;
  std::unique_ptr<fold_worker> folder_ = std::make_unique<fold_worker>();
  std::unique_ptr<storage::round_journal> journal_;
  std::unique_ptr<storage::journal_writer> writer_;
  domain::milliseconds drain_limit_{0};
  std::promise<void> drained_;
  std::atomic<bool> is_drained_ = false;
  std::unique_ptr<kernel::worker> verifier_ = std::make_unique<kernel::worker>("verifier", 1, 64);
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
