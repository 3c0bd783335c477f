#include "tests/simulation/mesh.hpp"

#include <stdexcept>

namespace fedloom::simulation {

namespace {

constexpr std::uint64_t most_events = 2'000'000;

bool is_over(domain::session_status status) {
  return status == domain::session_status::finished || status == domain::session_status::failed ||
         status == domain::session_status::stopped;
}

} // namespace

mesh::mesh(const mesh_settings& settings)
    : settings_(settings), world_(settings.seed), network_(world_, settings.network), client_disks_(settings.clients),
      combiners_(settings.combiners), clients_(settings.clients) {
  const auto seed = model_of(settings.elements, 1.0F);
  seed_model_ = model::id_of(seed.span());
  if (!disk_.models->put(seed_model_, seed.span())) {
    throw std::runtime_error("the seed model was not stored");
  }
  start_controller();
  for (std::size_t i = 0; i < combiners_.size(); ++i) {
    start_combiner(i);
  }
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    start_client(i);
  }
}

domain::session_id mesh::start(const domain::session_options& options) {
  domain::session_record wanted;
  wanted.session = domain::session_id{"session-" + std::to_string(++sessions_)};
  wanted.options = options;
  wanted.seed = seed_model_;
  bool begun = false;
  controller_->create(wanted, [&](const auto& created) {
    created.value();
    controller_->begin(wanted.session, [&](const auto& answer) {
      answer.value();
      begun = true;
    });
  });
  if (!run([&] { return begun; })) {
    throw std::runtime_error("the session did not begin");
  }
  return wanted.session;
}

void mesh::stop(const domain::session_id& which) {
  controller_->stop(which, [](const auto&) {});
}

bool mesh::run(const std::function<bool()>& until, domain::milliseconds longest) {
  const auto end = world_.now() + longest;
  const auto last = world_.steps() + most_events;
  while (!until()) {
    if (world_.now() > end || world_.steps() > last || !world_.step()) {
      return false;
    }
  }
  return true;
}

bool mesh::run_to_the_end(const domain::session_id& which) {
  return run([&] { return is_over(session(which).status); });
}

void mesh::restart_controller(duration pause) {
  controller_.reset();
  world_.after(pause, [this] {
    if (!controller_) {
      start_controller();
    }
  });
}

void mesh::restart_combiner(std::size_t index, duration pause) {
  combiners_[index].reset();
  world_.after(pause, [this, index] {
    if (!combiners_[index]) {
      start_combiner(index);
    }
  });
}

void mesh::restart_client(std::size_t index, duration pause) {
  clients_[index].reset();
  world_.after(pause, [this, index] {
    if (!clients_[index]) {
      start_client(index);
    }
  });
}

void mesh::add_combiner() {
  combiners_.emplace_back();
  start_combiner(combiners_.size() - 1);
}

void mesh::start_combiner(std::size_t index) {
  combiners_[index] = std::make_unique<combiner_node>(
      world_, network_, domain::combiner_id{"b" + std::to_string(index + 1)}, settings_.speed);
}

void mesh::start_client(std::size_t index) {
  clients_[index] = std::make_unique<client_node>(
      world_, network_, client_settings{client_named(index), lesson_of(index), settings_.speed.training},
      client_disks_[index], receipts_);
}

} // namespace fedloom::simulation
