#pragma once
#include "tests/actors/combiner/render.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace fedloom::combiner {

/// Refuses the updates of one client.
class gate_against final : public domain::gate {
public:
  domain::verdict decide(domain::gate_kind, const domain::facts& about) override {
    const bool is_barred = std::get<std::string>(about.front().value) == barred;
    domain::verdict answer;
    answer.answer = is_barred ? domain::ruling::deny : domain::ruling::allow;
    return answer;
  }
  std::string barred;
};

/// A collection of round 1, attempt 1, under lease 5: model-1 of three chunks, 60 s to the deadline, clients that may
/// report up to 100 examples. Every step answers its effects as lines. Progress is reported at once unless a test sets
/// a pause.
class collection_fixture : public ::testing::Test {
protected:
  static constexpr std::uint64_t three_chunks = 3 * domain::chunk_bytes;

  collection_fixture() {
    limits.window = 2;
    limits.report_pause = domain::milliseconds{0};
    plan.lease = domain::lease_id{5};
    plan.model = test::id_of<domain::model_id>(1);
    plan.model_bytes = three_chunks;
    plan.remaining = domain::milliseconds{60000};
  }

  static domain::client_id id(const std::string& client) { return domain::client_id{client}; }

  /// Begins with this cohort, at the present time; nobody is here yet.
  void open(const std::vector<std::string>& cohort) {
    for (const auto& client : cohort) {
      plan.cohort.push_back(id(client));
    }
    sut.emplace(domain::round_key{domain::session_id{"s"}, 1, 1}, plan, limits, staging, policy, at(now));
    sut->plan_journalled(at(now));
  }
  /// The same with all of them here and the model ready.
  void collect(const std::vector<std::string>& cohort) {
    open(cohort);
    for (const auto& client : cohort) {
      came(client);
    }
    ready();
  }

  domain::round_plan with_time(std::int64_t left) const {
    auto one = plan;
    one.remaining = domain::milliseconds{left};
    return one;
  }

  lines came(const std::string& client) { return told(sut->client_came(at(now), id(client), 100)); }
  lines left(const std::string& client) {
    return told(sut->client_left(at(now), id(client), {domain::errc::client_lost, "lease over"}));
  }
  lines ready() { return told(sut->model_ready(at(now), {})); }
  lines tick() { return told(sut->tick(at(now))); }
  lines close() { return told(sut->close(at(now))); }

  /// An offer of a client's only update, which is told from others by `content`.
  domain::offer offer(std::uint8_t content = 1) const {
    return {domain::transfer_id{10}, plan.model, test::id_of<domain::digest>(content), plan.model_bytes, 10, {}};
  }
  lines offers(const std::string& client, const domain::offer& what) {
    return told(sut->received(at(now), id(client), what, {}));
  }
  lines offers(const std::string& client) { return offers(client, offer()); }
  lines offers_inline(const std::string& client, const domain::offer& what, std::size_t bytes) {
    return told(sut->received(at(now), id(client), what, some_bytes(bytes)));
  }
  lines chunk(const std::string& client, std::uint32_t index, std::size_t bytes = domain::chunk_bytes) {
    return told(
        sut->received(at(now), id(client), domain::chunk{domain::transfer_id{10}, index, {}}, some_bytes(bytes)));
  }
  /// All chunks of an upload that was granted; answers what the last one caused.
  lines upload(const std::string& client) {
    lines last;
    for (std::uint32_t i = 0; i < plan.model_bytes / domain::chunk_bytes; ++i) {
      last = chunk(client, i);
    }
    return last;
  }
  lines folded(const std::string& client, domain::errc reason = domain::errc::none, std::int32_t needs = 0) {
    return told(sut->folded(at(now), {id(client), {reason, ""}, needs}));
  }
  lines journalled(const std::string& client) { return told(sut->journalled(at(now), id(client))); }
  lines fails(const std::string& client, domain::task_kind kind = domain::task_kind::train) {
    return told(sut->received(at(now), id(client), domain::task_failed{kind, {domain::errc::entry_point_failed, ""}}));
  }
  lines validates(const std::string& client, std::uint64_t examples, const std::string& output = "{}") {
    const auto bytes = domain::shared_bytes::copy_of(std::as_bytes(std::span(output)));
    return told(sut->received(at(now), id(client), domain::validation{examples, {}, plan.kind}, bytes));
  }
  lines frozen(std::size_t sum_bytes) { return told(sut->frozen(some_bytes(sum_bytes), {})); }
  /// Offer, upload, fold and journal.
  void accept(const std::string& client) {
    offers(client);
    upload(client);
    folded(client);
    journalled(client);
  }

  template <class Effects>
  static lines told(const Effects& effects) {
    return test::render_all(effects);
  }
  static domain::shared_bytes some_bytes(std::size_t count) {
    static const auto zeros = domain::shared_bytes::adopt(std::vector<std::byte>(2 * domain::chunk_bytes));
    return zeros.slice(0, count);
  }

  std::int64_t now = 0;
  domain::round_plan plan;
  collection_limits limits;
  staging_budget staging;
  gate_against policy;
  std::optional<collection_machine> sut;
};

} // namespace fedloom::combiner
