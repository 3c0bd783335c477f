#include "actors/controller/deps.hpp"
#include "actors/kernel/system_config.hpp"
#include "actors/transport/loopback_gateway.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include <atomic>

namespace fedloom::controller {
namespace {

using domain::errc;
using domain::session_status;

/// A store in memory whose disk can be full, or fail.
class small_store final : public storage::round_store {
public:
  std::atomic<bool> is_full = false;
  std::atomic<bool> fails = false;

  domain::expected<void> write(const storage::batch& changes) override {
    if (fails) {
      return domain::failure(errc::storage_failed, "the disk failed");
    }
    return is_full ? domain::failure(errc::storage_full, "no room") : under_->write(changes);
  }
  domain::expected<domain::term> next_term() override { return under_->next_term(); }
  const storage::record_tables& tables() const override { return under_->tables(); }

private:
  std::unique_ptr<storage::round_store> under_ = storage::make_memory_round_store();
};

/// The session actor among real threads; there is neither registry nor reduction to answer it.
class session_actor_test : public testing::Test {
protected:
  session_actor_test() {
    EXPECT_TRUE(models_->put(seed_, domain::as_bytes("any")));
    const auto parts = std::make_shared<deps>();
    parts->names = std::make_shared<kernel::directory>();
    parts->store = &store;
    parts->writer = &writer_;
    parts->models = models_.get();
    parts->policy = &policy_;
    parts->health = &health;
    parts->feed = &feed;
    parts->count = count_.get();
    parts->term = domain::term{1};
    parts->sessions.full_disk_pause = domain::milliseconds{5};
    with_ = parts;
    begin();
  }
  ~session_actor_test() override { caf::anon_send_exit(sut_, caf::exit_reason::user_shutdown); }

  void begin() { sut_ = caf::actor_cast<session_actor>(spawn_session(system_, with_)); }
  template <class Request>
  domain::expected<domain::session_record> ask(Request what) {
    domain::expected<domain::session_record> answer = domain::failure(errc::timed_out, "no answer");
    caf::scoped_actor self(system_);
    self->request(sut_, std::chrono::seconds{30}, std::move(what))
        .receive([&](const session_answer& said) { answer = *said; }, [](const caf::error&) {});
    return answer;
  }
  domain::expected<domain::session_record> create(const std::string& name) {
    domain::session_record wanted;
    wanted.session = domain::session_id{name};
    wanted.seed = seed_;
    return ask(create_session{wanted});
  }
  /// Waits for the end of the actor, for nobody else is answered then.
  template <class Request>
  void dies_of(Request what) {
    caf::scoped_actor self(system_);
    caf::anon_send(sut_, std::move(what));
    self->wait_for(sut_);
  }
  static errc code_of(const domain::expected<domain::session_record>& answer) {
    return answer ? errc::none : answer.error().code;
  }
  session_status status(const std::string& name) const {
    return store.session(domain::session_id{name}).value().status;
  }
  /// What the followers of a session hear next.
  session_status told() {
    const auto entry = feed.next(cursor_, {}, std::chrono::seconds{30});
    return entry ? std::get<domain::session_record>(*entry).status : session_status::unspecified;
  }

  small_store store;
  health_board health;
  round_feed feed;

private:
  const domain::model_id seed_{};
  std::unique_ptr<storage::model_store> models_ = storage::make_memory_model_store();
  domain::open_gate policy_;
  std::unique_ptr<probe> count_ = make_silent_probe();
  storage::store_writer writer_{store};
  std::uint64_t cursor_ = 0;
  deps_ptr with_;
  kernel::system_config config_;
  caf::actor_system system_{config_};
  session_actor sut_;
};

TEST_F(session_actor_test, a_write_that_finds_no_room_is_refused_and_the_process_lives) {
  store.is_full = true;
  EXPECT_EQ(code_of(create("s")), errc::storage_full);
  EXPECT_EQ(code_of(create("s")), errc::storage_full);
  EXPECT_TRUE(store.sessions().empty());
}

TEST_F(session_actor_test, what_was_running_is_paused_when_there_is_room_again_and_may_be_resumed) {
  ASSERT_TRUE(create("s"));
  ASSERT_TRUE(ask(start_session{domain::session_id{"s"}, {}}));
  store.is_full = true;
  EXPECT_EQ(code_of(create("z")), errc::storage_full);
  EXPECT_EQ(health.ready().error().code, errc::storage_full) << "what GET /readyz answers";
  EXPECT_EQ(status("s"), session_status::running) << "nothing else can be stored";
  store.is_full = false;
  EXPECT_EQ(told(), session_status::paused);
  EXPECT_EQ(store.session(domain::session_id{"s"}).value().reason.code, errc::storage_full) << "what REST shows";
  EXPECT_TRUE(health.ready());
  EXPECT_TRUE(ask(change_session{domain::session_id{"s"}, session_order::resume}));
  EXPECT_EQ(status("s"), session_status::running);
  EXPECT_TRUE(create("z"));
}

TEST_F(session_actor_test, all_who_wait_for_an_answer_hear_that_it_was_not_stored) {
  ASSERT_TRUE(create("s"));
  ASSERT_TRUE(ask(start_session{domain::session_id{"s"}, {}}));
  store.is_full = true;
  EXPECT_EQ(code_of(ask(change_session{domain::session_id{"s"}, session_order::cancel})), errc::storage_full);
  store.is_full = false;
  EXPECT_EQ(told(), session_status::paused) << "it was not cancelled, for nobody was told that it is (I-7)";
}

TEST_F(session_actor_test, when_the_disk_itself_failed_no_later_life_in_this_process_begins) {
  store.fails = true;
  dies_of(create_session{});
  EXPECT_EQ(health.ready().error().code, errc::storage_failed);
  store.fails = false; // what it takes now, it might have taken before the process ends: nobody tries
  begin();
  EXPECT_FALSE(create("s")) << "it goes on until its next write, again and again (I-8)";
  EXPECT_TRUE(store.sessions().empty());
}

} // namespace
} // namespace fedloom::controller
