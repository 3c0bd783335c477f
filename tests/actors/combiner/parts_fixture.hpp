#pragma once
#include "tests/actors/combiner/render.hpp"
#include "tests/contract/journal_entries.hpp"

#include <gtest/gtest.h>

namespace fedloom::combiner {

namespace parts {
inline std::string of(domain::lease_id lease) {
  return " " + std::to_string(lease.value());
}
inline std::string render(const send& e) {
  return "send " + e.to.value() + " " + to_string(e.about) + ": " + test::render(e.what, e.payload);
}
inline std::string render(const report& e) {
  const auto* declined = std::get_if<domain::plan_declined>(&e.what);
  return "report " + test::render(e.what) + (declined != nullptr ? " " + code_of(declined->reason) : "");
}
inline std::string render(const need_stream& e) {
  return "need " + test::render_name(e.name);
}
inline std::string render(const open_sum& e) {
  return "open sum" + of(e.lease);
}
inline std::string render(const fold& e) {
  return "fold " + e.what.client.value() + " into" + of(e.lease);
}
inline std::string render(const freeze& e) {
  return "freeze" + of(e.lease);
}
inline std::string render(const drop_sum& e) {
  return "drop sum" + of(e.lease);
}
inline std::string render(const journal& e) {
  return "journal" + std::visit(domain::overloaded{
                                    [](const domain::journalled_plan& m) { return of(m.plan.lease) + " plan"; },
                                    [](const domain::journalled_answer& m) {
                                      return of(m.lease) + " answer of " + m.what.client.value();
                                    },
                                    [](const domain::journalled_end& m) {
                                      return of(m.lease) + (m.counted ? " counted" : " not counted");
                                    },
                                    [](const storage::forgotten_lease& m) { return of(m.lease) + " forgotten"; },
                                },
                                e.entry);
}
inline std::string render(const dismiss&) {
  return "dismiss";
}
inline std::string render(const drained&) {
  return "drained";
}
inline std::string render(const opened& e) {
  return (e.recovered ? "recovered " : "opened ") + to_string(e.round);
}
inline std::string render(const ended& e) {
  return "ended " + to_string(e.round);
}
inline std::string render(const dropped& e) {
  return "dropped " + to_string(e.round) + " " + code_of(e.reason);
}
inline std::string render(const update_accepted&) {
  return "accepted";
}
inline std::string render(const update_refused& e) {
  return "refused " + e.client.value() + " " + code_of(e.reason);
}
inline std::string render(const client_failed& e) {
  return "failed " + e.client.value() + " " + code_of(e.reason);
}
} // namespace parts

/// Session s with inline updates of 64 bytes from model-1; clients may report up to 100 examples.
class parts_fixture : public ::testing::Test {
protected:
  parts_fixture() { limits.collection.report_pause = domain::milliseconds{0}; }

  static domain::client_id id(const std::string& client) { return domain::client_id{client}; }
  static domain::round_key key(std::uint32_t round, std::uint32_t attempt = 1) {
    return {domain::session_id{"s"}, round, attempt};
  }
  static domain::round_plan plan(std::uint64_t lease, const std::vector<std::string>& cohort) {
    domain::round_plan one;
    one.lease = domain::lease_id{lease};
    one.model = test::id_of<domain::model_id>(1);
    one.model_bytes = 64;
    one.remaining = domain::milliseconds{60000};
    for (const auto& client : cohort) {
      one.cohort.push_back(id(client));
    }
    return one;
  }
  static domain::shared_bytes bytes() { return domain::shared_bytes::adopt(std::vector<std::byte>(64)); }

  lines planned(std::uint32_t round, const domain::round_plan& what) {
    return told(sut().planned(at(now), key(round), what));
  }
  lines planned(std::uint32_t round, std::uint64_t lease, const std::vector<std::string>& cohort) {
    return planned(round, plan(lease, cohort));
  }
  lines journalled(std::uint64_t lease, const std::string& client = "") {
    return told(sut().journalled(at(now), domain::lease_id{lease}, id(client), {}));
  }
  lines not_journalled(std::uint64_t lease, const std::string& client = "") {
    return told(sut().journalled(at(now), domain::lease_id{lease}, id(client),
                                 domain::failure(domain::errc::storage_full, "no space")));
  }
  lines ready() { return told(sut().stream_ready(at(now), test::id_of<domain::model_id>(1), bytes())); }
  lines came(const std::string& client) { return told(sut().client_came(at(now), id(client), 100)); }
  lines left(const std::string& client) { return told(sut().client_left(at(now), id(client), {})); }
  lines offers(const std::string& client, std::uint32_t round, std::uint32_t attempt = 1) {
    const domain::offer what{domain::transfer_id{1}, test::id_of<domain::model_id>(1), {}, 64, 10, {}};
    return told(sut().from_client(at(now), id(client), {{{}, key(round, attempt), 0, 0}, what, bytes()}));
  }
  lines folded(std::uint64_t lease, const std::string& client) {
    return told(sut().folded(at(now), domain::lease_id{lease}, {id(client), {}, 0}));
  }
  lines closing(std::uint64_t lease) { return told(sut().closing(at(now), {domain::lease_id{lease}})); }
  lines frozen(std::uint64_t lease) { return told(sut().frozen(at(now), domain::lease_id{lease}, bytes(), {})); }
  lines closed(std::uint64_t lease, bool counted) {
    return told(sut().closed(at(now), {domain::lease_id{lease}, counted}));
  }
  lines tick() { return told(sut().tick(at(now))); }

  /// From the plan to the tasks.
  void collect(std::uint32_t round, std::uint64_t lease, const std::vector<std::string>& cohort) {
    planned(round, lease, cohort);
    journalled(lease);
    ready();
  }
  void accept(std::uint32_t round, std::uint64_t lease, const std::string& client) {
    offers(client, round);
    folded(lease, client);
    journalled(lease, client);
  }
  void commit(std::uint64_t lease) {
    closing(lease);
    frozen(lease);
    closed(lease, true);
  }

  static lines told(const parts::effects& effects) { return test::render_all(effects); }

  /// Made when it is first used, so that a test may set limits before.
  parts_machine& sut() {
    if (!sut_) {
      sut_.emplace(limits, policy);
    }
    return *sut_;
  }
  /// Another process on the same journal.
  lines restart(std::vector<storage::journalled_collection> journal) {
    sut_.emplace(limits, policy);
    return told(sut_->recover(at(now), std::move(journal)));
  }

  std::int64_t now = 0;
  parts_limits limits;
  domain::open_gate policy;

private:
  std::optional<parts_machine> sut_;
};

} // namespace fedloom::combiner
