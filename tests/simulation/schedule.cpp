#include "tests/simulation/schedule.hpp"

namespace fedloom::simulation {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds longest_fault{10000};
constexpr milliseconds for_last_receipts{10000};

/// Now and then one kind of work, or the network, is very slow.
mesh_settings draw_settings(std::uint64_t seed, world& chance) {
  mesh_settings settings;
  settings.seed = seed;
  settings.clients = 2 + chance.pick(5);
  settings.combiners = 1 + chance.pick(3);
  settings.elements = chance.chance(0.01) ? 300'000 : 16; // a transfer of several chunks costs as much as many others
  const auto slow_down = [&](milliseconds& what, milliseconds most) {
    what = chance.chance(0.3) ? std::chrono::duration_cast<milliseconds>(chance.pause(what, most)) : what;
  };
  slow_down(settings.speed.mailbox, milliseconds{100});
  slow_down(settings.speed.write, milliseconds{1000});
  slow_down(settings.speed.reduction, milliseconds{2000});
  slow_down(settings.speed.fold, milliseconds{1000});
  slow_down(settings.speed.training, milliseconds{5000});
  slow_down(settings.network.longest_way, milliseconds{400});
  return settings;
}

/// A session that takes late updates in, with deadlines so short that there are some.
void draw_lateness(domain::session_options& options, std::size_t clients, world& chance) {
  const bool is_buffered = chance.chance(0.4);
  options.late_updates = is_buffered ? domain::late_rule::buffered : domain::late_rule::carry;
  options.round_buffer_size =
      is_buffered ? static_cast<std::int32_t>(1 + chance.pick(clients)) : options.round_buffer_size;
  options.min_clients = is_buffered ? 1 : options.min_clients;
  options.rounds += static_cast<std::uint32_t>(chance.pick(4));
  options.round_timeout = chance.chance(0.5) ? milliseconds{2000} : options.round_timeout;
  options.max_staleness = static_cast<std::uint32_t>(1 + chance.pick(3));
  options.staleness_exponent = chance.chance(0.5) ? 0.5 : 1.0;
}

/// A session that needs everybody, and has the time and the attempts to wait until they are back.
domain::session_options forbearing(std::size_t clients, world& chance) {
  domain::session_options options;
  options.rounds = static_cast<std::uint32_t>(1 + chance.pick(4));
  options.min_clients = static_cast<std::uint32_t>(clients);
  options.round_timeout = seconds{120};
  options.round_attempts = 10;
  options.validate = chance.chance(0.5);
  return options;
}

domain::session_options draw_options(std::size_t clients, world& chance) {
  domain::session_options options;
  options.rounds = static_cast<std::uint32_t>(1 + chance.pick(3));
  options.min_clients = static_cast<std::uint32_t>(1 + chance.pick(clients));
  options.requested_clients = chance.chance(0.7) ? -1 : static_cast<std::int32_t>(options.min_clients);
  options.round_buffer_size = chance.chance(0.5) ? -1 : static_cast<std::int32_t>(options.min_clients);
  options.round_timeout = seconds{20};
  options.round_attempts = static_cast<std::uint32_t>(1 + chance.pick(3));
  options.validate = chance.chance(0.5);
  options.weights = chance.chance(0.2) ? domain::weighting::uniform : domain::weighting::examples;
  options.server_learning_rate = chance.chance(0.2) ? 0.5 : 1.0;
  if (options.requested_clients > 0 && chance.chance(0.5)) {
    options.over_selection = 0.5;
  }
  if (chance.chance(0.4)) {
    draw_lateness(options, clients, chance);
  }
  if (chance.chance(0.3)) {
    options.optimizer.rule = static_cast<domain::optimizer_rule>(2 + chance.pick(4)); // those with a state
  }
  if (chance.chance(0.2)) {
    options.selection.rule = static_cast<domain::selection_rule>(1 + chance.pick(3));
    options.selection.fraction = 0.5;
  }
  return options;
}

duration short_or_long(world& chance) {
  return chance.chance(0.7) ? chance.pause(milliseconds{1}, milliseconds{500})
                            : chance.pause(milliseconds{500}, longest_fault);
}

/// Any process, the few that matter most more often than the many.
std::string somebody(mesh& at) {
  auto& chance = at.clock();
  const auto all = at.processes();
  const auto combiners = at.combiners();
  const auto kind = chance.pick(3);
  return kind == 0   ? all.front()
         : kind == 1 ? all[1 + chance.pick(combiners)]
                     : all[1 + combiners + chance.pick(all.size() - 1 - combiners)];
}

void cut(mesh& at) {
  at.cut_a_connection(at.clock().chance(0.5) ? controller_endpoint : "");
}
void stall(mesh& at) {
  at.stall_a_connection(short_or_long(at.clock()), at.clock().chance(0.5) ? controller_endpoint : "");
}
void part(mesh& at) {
  std::set<std::string> group;
  for (const auto& one : at.processes()) {
    if (at.clock().chance(0.4)) {
      group.insert(one);
    }
  }
  at.part(std::move(group), short_or_long(at.clock()));
}
void echo(mesh& at) {
  at.echo(short_or_long(at.clock()));
}
void restart(mesh& at) {
  at.restart(somebody(at), short_or_long(at.clock()));
}
void crash(mesh& at) {
  at.crash(somebody(at), 1 + at.clock().pick(12), short_or_long(at.clock()));
}
void freeze(mesh& at) {
  at.freeze(somebody(at), short_or_long(at.clock()));
}
void set_date(mesh& at) {
  using std::chrono::hours;
  at.clock().set_date_ahead(at.clock().pause(hours{-48}, hours{48}));
}
void lose_for_good(mesh& at) {
  const auto who = somebody(at);
  const bool may_go = who.front() == 'c' ? who != "controller" : at.combiners() > 1;
  may_go ? at.kill(who) : cut(at);
}

void drain(mesh& at) {
  at.drain(at.clock().pick(at.combiners()), short_or_long(at.clock()));
}
void fill_disk(mesh& at) {
  at.fill_disk(somebody(at), short_or_long(at.clock()));
}
void fail_disk(mesh& at) {
  at.fail_disk(somebody(at), 1 + at.clock().pick(3));
}
void add_combiner(mesh& at) {
  at.combiners() < 5 ? at.add_combiner() : cut(at);
}

using fault = void (*)(mesh&);
constexpr fault faults[] = {cut,   cut,   stall,        stall,     part,      part,     echo,     restart,
                            crash, crash, crash,        crash,     crash,     freeze,   set_date, lose_for_good,
                            drain, drain, add_combiner, fill_disk, fill_disk, fail_disk};

class performance {
public:
  performance(std::uint64_t seed, planted_bug planted)
      : chance_(seed ^ 0x5eed5eed5eedULL), on_(settings(planted, seed)) {}

  outcome perform() {
    begin();
    const auto strokes = chance_.pick(10);
    for (std::size_t i = 0; i < strokes && is_well(); ++i) {
      const auto next = on_.clock().steps() + 1 + on_.clock().pick(on_.clock().chance(0.5) ? 30 : 300);
      on_.run([&] { return on_.clock().steps() >= next || is_done() || !is_well(); });
      strike();
    }
    on_.run([&] { return is_done() || !is_well(); }, longest_fault);
    on_.spare();
    if (!on_.run([&] { return is_done() || !is_well(); }, patience())) {
      complaints_ = "I-8: it hangs\n";
    }
    on_.run([&] { return !is_well(); }, for_last_receipts);
    return {on_.violations() + complaints_ + unfinished(), on_.checker().seen(), on_.clock().steps()};
  }

private:
  void strike() {
    const auto which = faults[on_.clock().pick(std::size(faults))];
    const bool is_too_much = is_forbearing_ && which == lose_for_good;
    is_too_much ? cut(on_) : which(on_);
  }

  /// Whatever happened to whom: all came back, and lost nothing that would have kept the session from its end (I-5).
  std::string unfinished() const {
    const auto ended = on_.session(sessions_.front());
    return !is_forbearing_ || ended.status == domain::session_status::finished || !is_well()
               ? ""
               : "I-5: it did not finish, though all came back in time: " + domain::to_string(ended.reason) + "\n";
  }

  mesh_settings settings(planted_bug planted, std::uint64_t seed) {
    auto drawn = draw_settings(seed, chance_);
    drawn.planted = planted;
    clients_ = drawn.clients;
    return drawn;
  }

  void begin() {
    is_forbearing_ = chance_.chance(0.2);
    const auto sessions = !is_forbearing_ && chance_.chance(0.2) ? 2 : 1;
    for (int i = 0; i < sessions; ++i) {
      options_.push_back(is_forbearing_ ? forbearing(clients_, chance_) : draw_options(clients_, chance_));
      sessions_.push_back(on_.start(options_.back()));
    }
    const bool is_early = chance_.chance(0.2); // while clients still join
    on_.run([&] { return is_early || is_done() || !on_.disk().records->rounds().empty(); });
    if (!is_forbearing_) {
      order_something();
    }
    look_after();
  }

  void order_something() {
    using controller::session_order;
    const auto& which = sessions_.front();
    const auto when = short_or_long(chance_);
    if (chance_.chance(0.05)) {
      const auto what = chance_.chance(0.5) ? session_order::stop : session_order::cancel;
      on_.clock().after(when, [this, which, what] { on_.change(which, what); });
    } else if (chance_.chance(0.1)) {
      on_.clock().after(when, [this, which] { on_.change(which, session_order::pause); });
    }
  }

  /// People want their sessions to end some day: what is paused is resumed, when there is room on the disks.
  void look_after() {
    for (const auto& which : sessions_) {
      if (on_.session(which).status == domain::session_status::paused && on_.has_room_everywhere()) {
        on_.change(which, controller::session_order::resume);
      }
    }
    if (!is_done()) {
      on_.clock().after(on_.clock().pause(seconds{1}, seconds{5}), [this] { look_after(); });
    }
  }

  bool is_done() const {
    return std::ranges::all_of(sessions_, [this](const auto& one) { return on_.is_over(one); });
  }
  bool is_well() const { return on_.violations().empty(); }

  /// The longest that the sessions may take: each attempt may wait for clients, then for its deadline, and then for a
  /// part that does not come.
  milliseconds patience() const {
    milliseconds sum{60000};
    for (const auto& one : options_) {
      sum += one.rounds * one.round_attempts * (2 * one.round_timeout + seconds{36});
    }
    return sum;
  }

  std::size_t clients_ = 0;
  world chance_; ///< what is drawn before anything happens
  mesh on_;
  std::vector<domain::session_options> options_;
  std::vector<domain::session_id> sessions_;
  bool is_forbearing_ = false;
  std::string complaints_;
};

} // namespace

outcome run_schedule(std::uint64_t seed, planted_bug planted) {
  return performance(seed, planted).perform();
}

} // namespace fedloom::simulation
