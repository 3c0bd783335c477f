// A client and its combiner, each watching whether the other lives, in virtual time and with the default lease.
#include "actors/combiner/roster_machine.hpp"
#include "actors/transport/dialog_machine.hpp"
#include "tests/actors/combiner/render_body.hpp"

#include <deque>
#include <gtest/gtest.h>

namespace fedloom::combiner {

namespace {

using domain::instant;
using domain::milliseconds;
using test::at;
namespace dialog = transport::dialog;

const transport::peer_id peer{7};
constexpr std::uint32_t window = 8;
constexpr std::uint64_t beat_bytes = 100;
constexpr milliseconds step{10};
const std::string identity = "client/a";

template <class T, class Effects>
bool has(const Effects& effects) {
  return std::ranges::any_of(effects, [](const auto& one) { return std::holds_alternative<T>(one); });
}

/// Member "a" over an uplink of so many bytes per second; what the combiner says arrives at once.
class detection_test : public ::testing::Test {
protected:
  detection_test() {
    roster_.expect(now_, {domain::client_id{"a"}, {}, 100, milliseconds{10000}});
    roster_.greeted(now_, peer, {domain::client_id{"a"}, {}});
    const domain::client_welcome welcome{config_.heartbeat, config_.lease};
    client_.start(now_, domain::client_hello{domain::client_id{"a"}, {}});
    client_.welcomed(now_, welcome.heartbeat, welcome.lease);
  }

  void let_client_act() {
    for (const auto& one : client_.tick(now_)) {
      combiner_is_missed_ |= std::holds_alternative<dialog::lost>(one);
      if (std::holds_alternative<dialog::send>(one)) {
        waiting_.push_back(beat_bytes);
      }
    }
  }
  void let_combiner_act() {
    const auto effects = roster_.tick(now_);
    client_is_missed_ |= has<roster::client_left>(effects);
    hear(effects);
  }
  void hear(const roster::effects& from_combiner) {
    if (has<roster::send>(from_combiner)) {
      client_.heard(now_);
    }
  }
  void arrive(std::uint64_t bytes) {
    if (bytes == beat_bytes) {
      hear(roster_.beat(now_, peer, identity, {1}));
      return;
    }
    roster_.heard(now_, identity);
    if (++chunks_arrived_ % (window / 2) == 0) { // credit
      client_.heard(now_);
      waiting_.insert(waiting_.end(), window / 2, domain::chunk_bytes);
    }
  }
  void pass_time(std::uint64_t uplink) {
    now_ += step;
    sendable_ += uplink * step.count() / 1000;
    while (!waiting_.empty() && sendable_ >= waiting_.front()) {
      const auto bytes = waiting_.front();
      sendable_ -= bytes;
      waiting_.pop_front();
      arrive(bytes);
    }
    sendable_ = waiting_.empty() ? 0 : sendable_;
  }

  const roster_config config_;
  instant now_ = at(0);
  roster_machine roster_{config_};
  transport::dialog_machine client_{{}, 1};
  std::deque<std::uint64_t> waiting_; ///< bytes of each message of the client that is on its way
  std::uint64_t sendable_ = 0;
  std::uint64_t chunks_arrived_ = 0;
  bool client_is_missed_ = false;
  bool combiner_is_missed_ = false;
};

class busy_uplink_test : public detection_test, public ::testing::WithParamInterface<std::uint64_t> {};

constexpr std::uint64_t fast = 1'000'000'000;

} // namespace

TEST_P(busy_uplink_test, nobody_is_taken_for_dead_during_an_upload_of_1_gb) {
  waiting_.assign(window, domain::chunk_bytes);
  while (chunks_arrived_ < 1024 && !client_is_missed_ && !combiner_is_missed_) {
    pass_time(GetParam());
    let_client_act();
    let_combiner_act();
  }
  EXPECT_FALSE(client_is_missed_) << "at " << chunks_arrived_ << " MiB";
  EXPECT_FALSE(combiner_is_missed_) << "at " << chunks_arrived_ << " MiB";
}

INSTANTIATE_TEST_SUITE_P(bytes_per_second, busy_uplink_test,
                         ::testing::Values(400'000, 1'000'000, 3'000'000, 100'000'000));

TEST_F(detection_test, a_client_that_dies_is_missed_within_3_s) {
  for (const auto death = now_ + milliseconds{10'500}; now_ < death;) {
    pass_time(fast);
    let_client_act();
    let_combiner_act();
  }
  const auto death = now_;
  while (!client_is_missed_) {
    now_ = std::max(now_, *roster_.next_wake());
    let_combiner_act();
  }
  EXPECT_LE(now_ - death, milliseconds{3000});
}

TEST_F(detection_test, a_combiner_that_dies_is_missed_within_3_s) {
  for (const auto death = now_ + milliseconds{10'500}; now_ < death;) {
    pass_time(fast);
    let_client_act();
    let_combiner_act();
  }
  const auto death = now_;
  while (!combiner_is_missed_) {
    now_ = std::max(now_, *client_.next_wake());
    let_client_act();
  }
  EXPECT_LE(now_ - death, milliseconds{3000});
}

TEST_F(detection_test, no_sign_of_life_is_sent_but_the_answers_while_heartbeats_come_through) {
  std::size_t signs = 0;
  while (now_ < at(60'000)) {
    pass_time(fast);
    let_client_act();
    signs += roster_.tick(now_).size();
  }
  EXPECT_LE(signs, 1u) << "the first heartbeat may cross the first sign";
}

} // namespace fedloom::combiner
