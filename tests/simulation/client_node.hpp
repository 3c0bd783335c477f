#pragma once
#include "actors/client/membership_machine.hpp"
#include "actors/client/task_machine.hpp"
#include "tests/simulation/lesson.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/update_disk.hpp"

namespace fedloom::simulation {

/// What outlives a client's process.
struct client_disk {
  domain::token resume;
  update_disk updates;
};

struct client_settings {
  domain::client_id id;
  lesson learns;
  domain::milliseconds longest_training{200};
  domain::milliseconds longest_write{8};
};

/// A client's machines, joined as its actors join them, with a trainer that adds a constant.
class client_node : public process {
public:
  client_node(world& in, network& net, client_settings settings, client_disk& disk);

private:
  void on_inbound(const transport::inbound& in);
  void on_notice(const transport::peer_notice& notice);
  std::optional<client::link> link_of(transport::peer_id peer) const;
  std::optional<transport::peer_id>& peer_at(client::link at);
  void hang_up(client::link at);

  void step(client::membership::effects effects);
  void step(client::work::effects effects);
  void run(const client::work::run& what);
  domain::expected<client::trained_update> keep(const client::work::run& of, client::trained_update what);

  client_settings settings_;
  client_disk& disk_;
  std::unique_ptr<port> mesh_;
  work_line trainer_;
  work_line disk_line_;
  client::membership_machine membership_;
  client::task_machine tasks_{{}};
  std::optional<transport::peer_id> controller_;
  std::optional<transport::peer_id> combiner_;
  std::optional<transport::peer_id> attached_; ///< the combiner's connection as the tasks know it
  std::shared_ptr<bool> stop_ = std::make_shared<bool>(false);
  alarm membership_alarm_;
  alarm task_alarm_;
};

} // namespace fedloom::simulation
