#include "tests/bench/crowd.hpp"

#include "services/client/tree.hpp"
#include "tests/bench/workload.hpp"

namespace fedloom::bench {

namespace {

constexpr std::size_t trainer_threads = 2;

domain::expected<client::local_training> train_once(std::vector<std::byte>& stream, const client::task_context&,
                                                    std::stop_token) {
  train(stream);
  return client::local_training{1, {}};
}

} // namespace

crowd::crowd() : trainer_(train_once) {}

crowd::~crowd() {
  host_.stop();
  runner_.reset(); // its jobs report to actors and use the trainer
}

domain::expected<std::unique_ptr<crowd>> crowd::join(std::uint32_t clients, const std::string& controller_endpoint,
                                                     const runtime::stop_request& stop) {
  std::unique_ptr<crowd> all(new crowd);
  auto mesh = transport::zmq_gateway::open({}, client::deliver_to_clients(all->host_.names()));
  if (!mesh) {
    return tl::unexpected(mesh.error());
  }
  all->mesh_ = std::move(*mesh);
  all->runner_ = std::make_unique<kernel::worker>("trainer", trainer_threads, clients);
  std::vector<client::deps_ptr> members;
  for (std::uint32_t i = 1; i <= clients; ++i) {
    members.push_back(all->make_client("client-" + std::to_string(i), controller_endpoint));
  }
  all->host_.start(client::tree(members), stop);
  return all;
}

client::deps_ptr crowd::make_client(const std::string& id, const std::string& controller_endpoint) {
  auto parts = std::make_shared<client::deps>();
  parts->mesh = mesh_.get();
  parts->names = host_.names();
  parts->work = &trainer_;
  parts->runner = runner_.get();
  parts->count = count_.get();
  parts->membership.client = domain::client_id{id};
  parts->membership.name = id;
  parts->membership.controller_endpoint = controller_endpoint;
  parts->membership.max_examples = 1;
  return parts;
}

} // namespace fedloom::bench
