#include "actors/client/task_machine.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/actors/combiner/render.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <fstream>

namespace fedloom::combiner {

namespace {

/// A client's and a combiner's machine with a connection between them, and what they say as a transcript.
class upload_dialog {
public:
  explicit upload_dialog(domain::shared_bytes model) : model_(std::move(model)) {
    domain::round_plan plan;
    plan.lease = domain::lease_id{5};
    plan.model = test::id_of<domain::model_id>(1);
    plan.model_bytes = model_.size();
    plan.remaining = domain::milliseconds{60000};
    plan.cohort = {client_};
    collection_limits limits;
    limits.window = 2;
    combiner_.emplace(round_, plan, limits, staging_, policy_, at(0));
    from_client(task_machine_.attached(at(0)));
    from_combiner(combiner_->client_came(at(0), client_, 100));
    from_combiner(combiner_->plan_journalled(at(0)));
    from_combiner(combiner_->model_ready(at(0), {}));
  }

  void note(const std::string& text) { transcript += "-- " + text + "\n"; }
  /// Delivers messages one by one, the combiner's first, until there are none or this many of the client's arrived.
  void run(int of_the_client = 1000) {
    while (!down_.empty() || (!up_.empty() && of_the_client > 0)) {
      if (!down_.empty()) {
        deliver_down();
      } else {
        deliver_up();
        --of_the_client;
      }
    }
  }
  void finish_training() {
    auto digests = std::make_shared<std::vector<domain::digest>>();
    for (std::uint64_t i = 0; i < model_.size(); i += domain::chunk_bytes) {
      digests->push_back(transfer::digest_of(model_.slice(i, domain::chunk_bytes).span()));
    }
    client::trained_update update{{model_, 10, {}}, digests};
    from_client(task_machine_.trained(at(0), round_, std::move(update)));
  }
  void break_connection() {
    up_.clear();
    down_.clear();
    task_machine_.detached();
  }
  void connect() {
    from_client(task_machine_.attached(at(0)));
    from_combiner(combiner_->client_came(at(0), client_, 100));
  }
  void finish_check() { from_combiner(combiner_->folded(at(0), {client_, {}, 0})); }
  void commit() {
    from_combiner(combiner_->close(at(0)));
    from_combiner(combiner_->frozen(domain::shared_bytes::adopt(std::vector<std::byte>(24)), {}));
    from_combiner(combiner_->closed(true));
  }

  std::string transcript;

private:
  struct said {
    domain::body what;
    domain::shared_bytes payload;
  };

  void from_client(client::work::effects effects) {
    for (auto& one : effects) {
      if (auto* out = std::get_if<client::work::send>(&one)) {
        up_.push_back({std::move(out->what), std::move(out->payload)});
      } else if (std::holds_alternative<client::work::run>(one)) {
        note("C trains");
      }
    }
  }
  void from_combiner(collection::effects effects) {
    for (auto& one : effects) {
      if (auto* out = std::get_if<collection::send>(&one)) {
        down_.push_back({std::move(out->what), std::move(out->payload)});
      } else if (const auto* told = std::get_if<collection::report>(&one)) {
        transcript += "B->K " + test::render(told->what, told->payload) + "\n";
      } else if (std::holds_alternative<collection::journal>(one)) {
        note("B writes it down");
        from_combiner(combiner_->journalled(at(0), client_));
      } else if (std::holds_alternative<collection::fold>(one)) {
        note("B checks and folds");
      }
    }
  }
  void deliver_down() {
    const auto one = std::move(down_.front());
    down_.pop_front();
    transcript += "B->C " + test::render(one.what, one.payload) + "\n";
    from_client(task_machine_.received(at(0), {{{}, round_, 0, 0}, one.what, one.payload}));
  }
  void deliver_up() {
    const auto one = std::move(up_.front());
    up_.pop_front();
    transcript += "C->B " + test::render(one.what, one.payload) + "\n";
    std::visit(domain::overloaded{
                   [&](const domain::offer& m) { from_combiner(combiner_->received(at(0), client_, m, one.payload)); },
                   [&](const domain::chunk& m) { from_combiner(combiner_->received(at(0), client_, m, one.payload)); },
                   [&](const domain::get_model& m) {
                     hand_out(models_.begin(1, m, {model_, {}}).value());
                   },
                   [&](const domain::credit& m) { hand_out(models_.step(1, m)); },
                   [](const auto&) {},
               },
               one.what);
  }
  void hand_out(std::vector<transfer::send_chunk> parts) {
    for (auto& part : parts) {
      down_.push_back({part.what, std::move(part.payload)});
    }
  }

  const domain::client_id client_{"c"};
  const domain::round_key round_{domain::session_id{"s"}, 1, 1};
  domain::shared_bytes model_;
  staging_budget staging_;
  domain::open_gate policy_;
  std::optional<collection_machine> combiner_;
  client::task_machine task_machine_{client::task_limits{}};
  transfer::outbound_transfers models_{1};
  std::deque<said> up_, down_;
};

/// A transcript without its comments.
std::string golden(const std::string& name) {
  std::ifstream in(std::string(FEDLOOM_SOURCE_FOLDER) + "/tests/transcripts/" + name);
  std::string text;
  for (std::string line; std::getline(in, line);) {
    text += line.starts_with('#') ? "" : line + "\n";
  }
  return text;
}

} // namespace

TEST(upload_transcript_test, an_upload_with_a_broken_connection_reads_as_in_the_transcript) {
  upload_dialog sut{transfer::stream_of(4, 64)};
  sut.run();
  sut.finish_training();
  sut.run(3);
  sut.break_connection();
  sut.note("the connection breaks; what was under way is lost");
  sut.connect();
  sut.run();
  sut.finish_check();
  sut.run();
  sut.note("K closes the collection, takes the sum, and commits");
  sut.commit();
  sut.run();
  EXPECT_EQ(sut.transcript, golden("upload.txt"));
}

} // namespace fedloom::combiner
