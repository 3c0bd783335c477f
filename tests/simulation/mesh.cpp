#include "tests/simulation/mesh.hpp"

#include "tests/simulation/recorded_stores.hpp"

#include <algorithm>
#include <stdexcept>

namespace fedloom::simulation {

namespace {

constexpr std::uint64_t most_events = 2'000'000;
constexpr domain::milliseconds patience_of_people{1000};
constexpr domain::milliseconds longest_drain{30000};

domain::combiner_id combiner_named(std::size_t index) {
  return domain::combiner_id{"b" + std::to_string(index + 1)};
}

/// The controller could not write, or it lost the question.
bool is_passing(domain::errc code) {
  return code == domain::errc::storage_full || code == domain::errc::unavailable;
}

std::size_t index_in(const std::string& name) {
  return std::stoul(name.substr(1)) - 1;
}

} // namespace

mesh::mesh(const mesh_settings& settings)
    : settings_(settings),
      world_(settings.seed), around_{.clock = world_,
                                     .note = [this](const history_entry& what) { checker_.see(what); },
                                     .planted = settings.planted},
      network_(around_, settings.network), clients_(settings.clients) {
  disk_.records = recorded(around_, std::move(disk_.records));
  disk_.models = recorded(around_, std::move(disk_.models));
  const auto seed = model_of(settings.elements, 1.0F);
  seed_model_ = model::id_of(seed.span());
  if (!disk_.models->put(seed_model_, seed.span())) {
    throw std::runtime_error("the seed model was not stored");
  }
  start("controller");
  for (std::size_t i = 0; i < settings.combiners; ++i) {
    add_combiner();
  }
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    client_disks_.push_back({{}, {around_, client_named(i).value()}});
    start(client_named(i).value());
  }
}

domain::session_id mesh::start(const domain::session_options& options) {
  domain::session_record wanted;
  wanted.session = domain::session_id{"session-" + std::to_string(++sessions_)};
  wanted.options = options;
  wanted.seed = seed_model_;
  bool is_begun = false;
  const auto begin = [&is_begun, which = wanted.session, this](const auto&) {
    ask([which](auto& at, auto to) { at.begin(which, std::move(to)); }, [&is_begun](const auto&) { is_begun = true; });
  };
  ask([wanted](auto& at, auto to) { at.create(wanted, std::move(to)); }, begin);
  if (!run([&] { return is_begun; })) {
    throw std::runtime_error("the session did not begin");
  }
  return wanted.session;
}

void mesh::change(const domain::session_id& which, controller::session_order what) {
  ask([which, what](auto& at, auto to) { at.change(which, what, std::move(to)); }, [](const auto&) {});
}

void mesh::ask(request what, controller_node::answer to) {
  put(std::make_shared<question>(question{std::move(what), std::move(to)}));
}

void mesh::put(const std::shared_ptr<question>& what) {
  const auto tries = ++what->tries;
  if (controller_) {
    controller_->post([this, what] {
      what->ask(*controller_, [this, what](const domain::expected<domain::session_record>& outcome) {
        if (outcome) {
          around_.happened(event::acknowledged{*outcome});
        } else if (is_passing(outcome.error().code)) {
          return ask_again(what);
        }
        if (!std::exchange(what->is_answered, true)) {
          what->to(outcome);
        }
      });
    });
  }
  await(what, tries, controller_ ? std::optional{around_.deaths["controller"]} : std::nullopt);
}

void mesh::ask_again(const std::shared_ptr<question>& what) {
  world_.after(patience_of_people, [this, what, tries = ++what->tries] {
    if (!what->is_answered && what->tries == tries) {
      put(what);
    }
  });
}

void mesh::await(const std::shared_ptr<question>& what, std::uint64_t tries,
                 std::optional<std::uint64_t> death_before) {
  world_.after(patience_of_people, [this, what, tries, death_before] {
    if (what->is_answered || what->tries != tries) {
      return;
    }
    const bool is_lost = death_before != around_.deaths["controller"];
    is_lost ? put(what) : await(what, tries, death_before);
  });
}

bool mesh::run(const std::function<bool()>& until, domain::milliseconds longest) {
  const auto end = world_.now() + longest;
  const auto last = world_.steps() + most_events;
  while (!until()) {
    if (world_.now() > end || world_.steps() > last) {
      return false;
    }
    try {
      if (!world_.step()) {
        return false;
      }
    } catch (const process_killed& one) {
      restart(one.who, one.pause);
    }
  }
  return true;
}

bool mesh::is_over(const domain::session_id& which) const {
  const auto status = session(which).status;
  return status == domain::session_status::finished || status == domain::session_status::failed ||
         status == domain::session_status::stopped || status == domain::session_status::cancelled;
}

bool mesh::run_to_the_end(const domain::session_id& which) {
  return run([&] { return is_over(which); });
}

std::vector<std::string> mesh::processes() const {
  std::vector<std::string> names{"controller"};
  for (std::size_t i = 0; i < combiners_.size(); ++i) {
    names.push_back(combiner_named(i).value());
  }
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    names.push_back(client_named(i).value());
  }
  return names;
}

void mesh::kill(const std::string& who) {
  if (who == "controller") {
    controller_.reset();
  } else if (who.front() == 'b') {
    combiners_[index_in(who)].reset();
  } else {
    clients_[index_in(who)].reset();
  }
}

void mesh::restart(const std::string& who, duration pause) {
  kill(who);
  world_.after(pause, [this, who] {
    if (find(who) == nullptr) {
      start(who);
    }
  });
}

void mesh::freeze(const std::string& who, duration pause) {
  if (auto* const which = find(who)) {
    which->freeze(pause);
    network_.freeze(who, pause);
  }
}

bool mesh::has_room_everywhere() const {
  return std::ranges::all_of(around_.disks, [this](const auto& one) { return one.second.full_until <= world_.now(); });
}

void mesh::spare() {
  around_.crashes.disarm();
  around_.disks.clear();
}

void mesh::add_combiner() {
  const auto who = combiner_named(combiners_.size()).value();
  combiners_.emplace_back();
  combiner_disks_.push_back({{around_, who}});
  start(who);
}

void mesh::drain(std::size_t combiner, duration pause) {
  auto& which = combiners_[combiner];
  if (!which) {
    return;
  }
  const auto who = combiner_named(combiner).value();
  const auto end = [this, who, pause, death = around_.deaths[who]] {
    if (around_.deaths[who] == death) {
      restart(who, pause);
    }
  };
  which->post([this, end, node = which.get()] { node->drain([this, end] { world_.after({}, end); }); });
  world_.after(longest_drain, end);
}

process* mesh::find(const std::string& who) const {
  if (who == "controller") {
    return controller_.get();
  }
  const auto index = index_in(who);
  return who.front() == 'b' ? static_cast<process*>(combiners_[index].get()) : clients_[index].get();
}

void mesh::start(const std::string& who) {
  if (who == "controller") {
    controller_ = std::make_unique<controller_node>(world_, network_, disk_, settings_.speed);
  } else if (const auto index = index_in(who); who.front() == 'b') {
    combiners_[index] = std::make_unique<combiner_node>(world_, network_, combiner_disks_[index], combiner_named(index),
                                                        settings_.speed);
  } else {
    clients_[index] = std::make_unique<client_node>(
        world_, network_,
        client_settings{client_named(index), lesson_of(index), settings_.speed.training, settings_.speed.write},
        client_disks_[index]);
  }
}

} // namespace fedloom::simulation
