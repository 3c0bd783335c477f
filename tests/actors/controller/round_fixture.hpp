#pragma once
#include "tests/actors/controller/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedloom::controller {

inline available_client client_at(const std::string& client, const std::string& combiner,
                                  std::uint64_t max_examples = 10) {
  return {domain::client_id{client}, domain::combiner_id{combiner}, max_examples};
}

/// A frozen part: so many contributions of weight 1, by clients with these names.
inline domain::partial partial_of(std::uint64_t lease, const std::vector<std::string>& clients) {
  domain::partial what;
  what.lease = domain::lease_id{lease};
  what.transfer = domain::transfer_id{lease};
  what.sum_bytes = clients.empty() ? 0 : 8;
  what.weight = clients.size();
  for (const auto& one : clients) {
    what.contributions.push_back({domain::client_id{one}, 1, 1, {}, {}});
  }
  return what;
}

/// Round 1.1 with leases L1, L2, ... Opened at 0, deadline after 10 s, absence 3 s, closing 30 s.
class round_machine_fixture : public testing::Test {
protected:
  using ms = domain::milliseconds;

  void open(const std::vector<available_client>& cohort, std::uint32_t enough = 0) {
    limits.deadline = ms{10000};
    limits.enough = enough;
    domain::round_plan plan;
    plan.model = model_number(1);
    sut.emplace(
        domain::round_key{domain::session_id{"s"}, 1, 1}, plan, limits,
        [this] { return domain::lease_id{++last_lease}; }, now);
    sut->open(cohort);
    sut->announce(now);
  }
  void open_at_two() { open({client_at("c1", "b1"), client_at("c2", "b1"), client_at("c3", "b2")}); }

  std::string progress(const std::string& from, std::uint64_t lease, std::uint32_t accepted, std::uint32_t pending) {
    return render(
        sut->received(now, domain::combiner_id{from}, domain::progress{domain::lease_id{lease}, accepted, 0, pending}));
  }
  std::string partial(const std::string& from, std::uint64_t lease, const std::vector<std::string>& clients) {
    return render(sut->received(now, domain::combiner_id{from}, partial_of(lease, clients)));
  }
  std::string declined(const std::string& from, std::uint64_t lease) {
    return render(sut->received(now, domain::combiner_id{from},
                                domain::plan_declined{domain::lease_id{lease}, {domain::errc::not_found, ""}}));
  }
  std::string merged(std::uint64_t lease) { return render(sut->sum_merged(now, domain::lease_id{lease})); }
  std::string merge_failed(std::uint64_t lease) {
    return render(sut->sum_failed(now, domain::lease_id{lease}, {domain::errc::combiner_lost, ""}));
  }
  std::string up(const std::string& combiner) { return render(sut->combiner_up(now, domain::combiner_id{combiner})); }
  void down(const std::string& combiner) {
    EXPECT_EQ(render(sut->combiner_down(now, domain::combiner_id{combiner})), "");
  }
  std::string tick(ms since) {
    now = at(since);
    return render(sut->tick(now));
  }
  std::string contributors() const {
    std::string text;
    for (const auto& one : sut->contributions()) {
      text += (text.empty() ? "" : " ") + one.client.value();
    }
    return text;
  }
  std::string failed() const {
    std::string text;
    for (const auto& one : sut->failures()) {
      text += (text.empty() ? "" : " ") + one.client.value() + ":" + std::string(to_string(one.reason.code));
    }
    return text;
  }

  domain::instant now = at(ms{0});
  round_limits limits;
  std::uint64_t last_lease = 0;
  std::optional<round_machine> sut;
};

} // namespace fedloom::controller
