#include "tests/simulation/history_checker.hpp"

#include <gtest/gtest.h>

namespace fedloom::simulation {
namespace {

using domain::receipt_verdict;

/// What one client holds, offers and hears.
class client_history_test : public testing::Test {
protected:
  static domain::round_key attempt(std::uint32_t number) { return {domain::session_id{"s"}, 1, number}; }
  static domain::digest content(std::uint8_t number) { return domain::digest{{number}}; }

  void holds(std::map<domain::round_key, domain::digest> what) { see(event::holds{"c1", std::move(what)}); }
  void offers(const domain::round_key& round, const domain::digest& what) {
    domain::offer said;
    said.content = what;
    see(event::said{"c1", "b1", {{{}, round, 0, 0}, said, {}}});
  }
  void hears(receipt_verdict verdict) {
    domain::receipt what;
    what.kind = domain::task_kind::train;
    what.verdict = verdict;
    see(event::heard{"c1", "b1", {{{}, attempt(1), 0, 0}, what, {}}});
  }
  void see(happening what) { sut_.see({domain::instant{std::chrono::seconds{1}}, std::move(what), {}}); }
  const std::string& complaints() const { return sut_.violations(); }

private:
  history_checker sut_;
};

TEST_F(client_history_test, what_is_stored_may_be_offered) {
  holds({{attempt(1), content(7)}});
  offers(attempt(1), content(7));
  EXPECT_EQ(complaints(), "");
}

TEST_F(client_history_test, what_is_not_stored_must_not_be_offered) {
  offers(attempt(1), content(7));
  EXPECT_EQ(complaints(), "s/1.1: I-5: c1 offers an update that is not in its store\n");
}

TEST_F(client_history_test, what_is_offered_is_what_is_stored) {
  holds({{attempt(1), content(7)}});
  offers(attempt(1), content(8));
  EXPECT_EQ(complaints(), "s/1.1: I-5: c1 offers an update that is not in its store\n");
}

TEST_F(client_history_test, an_accepted_update_must_not_be_lost) {
  holds({{attempt(1), content(7)}});
  hears(receipt_verdict::accepted);
  holds({});
  EXPECT_EQ(complaints(), "s/1.1: I-5: c1 has lost its update, which was accepted\n");
}

TEST_F(client_history_test, an_accepted_update_may_serve_the_next_attempt) {
  holds({{attempt(1), content(7)}});
  hears(receipt_verdict::accepted);
  holds({{attempt(2), content(7)}});
  EXPECT_EQ(complaints(), "");
}

TEST_F(client_history_test, an_accepted_update_must_not_turn_into_another) {
  holds({{attempt(1), content(7)}});
  hears(receipt_verdict::accepted);
  holds({{attempt(2), content(8)}});
  EXPECT_EQ(complaints(), "s/1.1: I-5: c1 has lost its update, which was accepted\n");
}

TEST_F(client_history_test, an_update_may_go_when_its_round_has_ended_without_it) {
  holds({{attempt(1), content(7)}});
  hears(receipt_verdict::accepted);
  hears(receipt_verdict::not_needed);
  holds({});
  EXPECT_EQ(complaints(), "");
}

} // namespace
} // namespace fedloom::simulation
