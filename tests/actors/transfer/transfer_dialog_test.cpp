#include "actors/transfer/digests.hpp"
#include "actors/transfer/receiver_machine.hpp"
#include "actors/transfer/sender_machine.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <random>
#include <variant>

namespace fedloom::transfer {

namespace {

/// How badly a channel behaves, in percent of its messages.
struct mischief {
  int lost = 0, doubled = 0, swapped = 0;
};

template <class Message>
class channel {
public:
  channel(mischief does, std::mt19937& engine) : does_(does), engine_(engine) {}

  void put(Message message) {
    if (happens(does_.lost)) {
      return;
    }
    if (happens(does_.doubled)) {
      queue_.push_back(message);
    }
    queue_.push_back(std::move(message));
    if (queue_.size() > 1 && happens(does_.swapped)) {
      std::swap(queue_.back(), queue_[engine_() % queue_.size()]);
    }
  }
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  Message take() {
    auto front = std::move(queue_.front());
    queue_.pop_front();
    return front;
  }

private:
  bool happens(int percent) { return static_cast<int>(engine_() % 100) < percent; }

  mischief does_;
  std::mt19937& engine_;
  std::deque<Message> queue_;
};

/// What is sent, hashed once for all dialogs of a test.
struct model {
  explicit model(domain::shared_bytes bytes) : stream(std::move(bytes)) {
    std::vector<domain::digest> each;
    for (std::size_t at = 0; at < stream.size(); at += domain::chunk_bytes) {
      each.push_back(digest_of(stream.slice(at, domain::chunk_bytes).span()));
    }
    digests = std::make_shared<const std::vector<domain::digest>>(std::move(each));
  }
  domain::shared_bytes stream;
  std::shared_ptr<const std::vector<domain::digest>> digests;
};

/// A sender, a receiver and two channels, stepped in a random order.
class dialog {
public:
  dialog(const model& sent, std::uint32_t window, mischief does, std::uint32_t seed)
      : engine_(seed), stream_(sent.stream), sender_(id_, sent.stream, sent.digests),
        receiver_(id_, sent.stream.size(), window), down_(does, engine_), up_(does, engine_) {}

  void run() {
    up_.put(receiver_.open());
    for (int steps = 0; !receiver_.complete(); ++steps) {
      ASSERT_LT(steps, 200000) << "no end in sight";
      if (down_.empty() && up_.empty()) {
        ++reopened;
        up_.put(receiver_.open()); // the owner's timer
      } else if (up_.empty() || (!down_.empty() && engine_() % 2 == 0)) {
        receive();
      } else {
        answer();
      }
      most_under_way = std::max(most_under_way, down_.size());
    }
  }

  const receiver_machine& receiver() const { return receiver_; }

  std::size_t most_under_way = 0;
  int reopened = 0;

private:
  void receive() {
    auto [what, payload] = down_.take();
    const auto result = receiver_.step(what, std::move(payload));
    ASSERT_TRUE(result) << domain::to_string(result.error());
    ASSERT_LE(receiver_.bytes_held(), stream_.size());
    if (result->more) {
      up_.put(*result->more);
    }
    if (result->rewind) {
      up_.put(*result->rewind);
    }
  }
  void answer() {
    auto asked = up_.take();
    for (auto& each : std::visit([this](const auto& what) { return sender_.step(what); }, asked)) {
      down_.put(std::move(each));
    }
  }

  std::mt19937 engine_;
  domain::transfer_id id_{42};
  domain::shared_bytes stream_;
  sender_machine sender_;
  receiver_machine receiver_;
  channel<send_chunk> down_;
  channel<std::variant<domain::grant, domain::credit>> up_;
};

void expect_whole(const dialog& done, const model& sent) {
  EXPECT_EQ(done.receiver().digests(), *sent.digests);
  const auto& chunks = done.receiver().chunks();
  ASSERT_EQ(chunks.size(), sent.digests->size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto expected = sent.stream.slice(i * domain::chunk_bytes, domain::chunk_bytes);
    ASSERT_EQ(chunks[i].data(), expected.data()) << "chunk " << i << " is another one, or a copy";
    ASSERT_EQ(chunks[i].size(), expected.size());
  }
}

} // namespace

TEST(transfer_dialog_test, needs_no_rewind_and_never_exceeds_the_window_on_a_sound_channel) {
  const model sent{stream_of(23, 1234)};
  for (std::uint32_t window = 1; window <= 25; ++window) {
    SCOPED_TRACE("window " + std::to_string(window));
    dialog sut{sent, window, {}, window};
    sut.run();
    expect_whole(sut, sent);
    EXPECT_LE(sut.most_under_way, window);
    EXPECT_EQ(sut.reopened, 0) << "nobody had to wait for a timer";
  }
}

TEST(transfer_dialog_test, delivers_the_stream_whole_over_a_channel_that_loses_doubles_and_swaps) {
  const model sent{stream_of(12, 99)};
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const mischief does{static_cast<int>(seed % 40), static_cast<int>(seed % 31), static_cast<int>(seed % 23)};
    dialog sut{sent, 1 + seed % 8, does, seed};
    sut.run();
    expect_whole(sut, sent);
  }
}

} // namespace fedloom::transfer
