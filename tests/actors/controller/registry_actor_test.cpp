#include "actors/controller/deps.hpp"
#include "actors/transport/loopback_gateway.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/all.hpp>

namespace fedloom::controller {
namespace {

using strings = std::vector<std::string>;

/// The registry actor on a mesh of its own, in term 2; listeners in the places of session and reduction note what they
/// hear. Combiner b1 has been here before.
class registry_actor_test : public test::actor_fixture {
protected:
  registry_actor_test() {
    storage::batch known;
    known.combiners.push_back({b1_, "tcp://b1", 10, {}});
    EXPECT_TRUE(store_->write(known));
    listen(reduction_name);
    listen(session_name);
    auto inbox = transport::deliver_to(names_, route, {registry_name}, registry_name);
    mesh_ = net_.open("test://controller", in_term(domain::term{2}, std::move(inbox))).value();
    combiner_ = net_.open("", {[this](const transport::inbound& in) { note(in.what.what); }, [](auto) {}}).value();
    controller_ = combiner_->dial("test://controller");
    auto parts = std::make_shared<deps>();
    parts->mesh = mesh_.get();
    parts->names = names_;
    parts->store = store_.get();
    parts->policy = &policy_;
    parts->presence = &presence_;
    parts->health = &health_;
    parts->count = count_.get();
    parts->term = domain::term{2};
    sut_ = spawn_registry(system, parts);
    names_->enter(registry_name, caf::actor_cast<caf::strong_actor_ptr>(sut_));
  }
  ~registry_actor_test() override {
    caf::anon_send_exit(sut_, caf::exit_reason::user_shutdown);
    for (const auto& one : listeners_) {
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    }
    run();
  }

  void settle() {
    do {
      run();
    } while (net_.deliver_all() > 0);
  }
  /// What the combiner says in that term, and what everybody has heard then.
  strings says(std::uint64_t term, domain::body what) {
    heard_.clear();
    combiner_->send(controller_, {{domain::term{term}, {}, 0, 0}, std::move(what), {}});
    settle();
    return heard_;
  }
  strings introduces_itself(std::uint64_t term = 0) { return says(term, domain::combiner_hello{b1_, "tcp://b1", 10}); }
  strings session_asks_for_the_fleet() {
    heard_.clear();
    caf::anon_send(caf::actor_cast<registry_actor>(sut_), get_fleet{});
    settle();
    return heard_;
  }

private:
  void note(const domain::body& what) {
    const auto* refused = std::get_if<domain::refused>(&what);
    heard_.push_back("combiner: " + std::string(domain::name_of(what)) +
                     (refused != nullptr ? " " + std::string(to_string(refused->reason.code)) : ""));
  }
  void listen(const std::string& name) {
    listeners_.push_back(system.spawn([this, name](caf::event_based_actor*) -> caf::behavior {
      return {[this, name](const combiner_came& m) { heard_.push_back(name + ": " + m.combiner.value()); },
              [this, name](const transport::inbound_ptr& m) {
                heard_.push_back(name + ": " + std::string(domain::name_of(m->what.what)));
              }};
    }));
    names_->enter(name, caf::actor_cast<caf::strong_actor_ptr>(listeners_.back()));
  }

  const domain::combiner_id b1_{"b1"};
  std::shared_ptr<kernel::directory> names_ = std::make_shared<kernel::directory>();
  std::unique_ptr<storage::round_store> store_ = storage::make_memory_round_store();
  domain::open_gate policy_;
  presence_board presence_;
  health_board health_;
  std::unique_ptr<probe> count_ = make_silent_probe();
  strings heard_;
  std::vector<caf::actor> listeners_;
  transport::loopback_net net_;
  std::unique_ptr<transport::gateway> mesh_;
  std::unique_ptr<transport::gateway> combiner_;
  transport::peer_id controller_;
  caf::actor sut_;
};

// The session asks for sums as soon as it knows that a combiner is there, and nobody would ask again: the reduction has
// to know over which connection by then.
TEST_F(registry_actor_test, the_reduction_hears_of_a_combiner_before_the_session_does) {
  EXPECT_EQ(introduces_itself(), (strings{"reduction: b1", "session: b1", "combiner: combiner_welcome"}));
}

TEST_F(registry_actor_test, the_reduction_hears_first_of_a_fleet_that_the_session_asks_for) {
  introduces_itself();
  EXPECT_EQ(session_asks_for_the_fleet(), (strings{"reduction: b1", "session: b1"}));
}

TEST_F(registry_actor_test, what_a_combiner_says_in_this_term_is_heard) {
  introduces_itself();
  EXPECT_EQ(says(2, domain::progress{domain::lease_id{1}, 1, 0, 0}), strings{"session: progress"});
}

TEST_F(registry_actor_test, what_a_combiner_says_to_another_term_counts_for_nothing) {
  introduces_itself();
  for (const std::uint64_t term : {1, 3}) {
    EXPECT_EQ(says(term, domain::progress{domain::lease_id{1}, 1, 0, 0}), strings{"combiner: refused unknown_peer"});
    EXPECT_EQ(says(term, domain::heartbeat{1}), strings{"combiner: refused unknown_peer"});
  }
}

TEST_F(registry_actor_test, a_combiner_that_knew_an_earlier_term_may_introduce_itself) {
  EXPECT_EQ(introduces_itself(1).back(), "combiner: combiner_welcome");
  EXPECT_EQ(says(2, domain::heartbeat{1}), strings{"combiner: heartbeat"});
}

} // namespace
} // namespace fedloom::controller
