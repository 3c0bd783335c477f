#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/listing.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

/// Pages out of a large store. FEDLOOM_ROUNDS=100000 makes it as large as the figures in the documentation are for.
namespace fedloom::controller {

namespace {

/// Counts the records that are read.
class counting_store final : public storage::round_store, public storage::record_tables {
public:
  explicit counting_store(std::unique_ptr<storage::round_store> under) : under_(std::move(under)) {}
  mutable std::size_t read = 0;

  domain::expected<void> write(const storage::batch& changes) override { return under_->write(changes); }
  domain::expected<domain::term> next_term() override { return under_->next_term(); }
  const storage::record_tables& tables() const override { return *this; }

private:
  using kind = storage::record_kind;
  storage::value_visitor counted(const storage::value_visitor& with) const {
    return [this, with](domain::byte_span value) {
      ++read;
      return with(value);
    };
  }
  std::size_t count(kind of) const override { return under_->tables().count(of); }
  void visit(kind of, const storage::visit_range& which, const storage::value_visitor& with) const override {
    under_->tables().visit(of, which, counted(with));
  }
  void scan(kind of, const std::string& prefix, const storage::value_visitor& with) const override {
    under_->tables().scan(of, prefix, counted(with));
  }
  void visit_second(kind of, const std::string& key, const storage::value_visitor& with) const override {
    under_->tables().visit_second(of, key, counted(with));
  }
  domain::expected<std::string> get(kind of, const std::string& key) const override {
    ++read;
    return under_->tables().get(of, key);
  }
  domain::expected<std::string> numbered(kind of, std::uint64_t number) const override {
    ++read;
    return under_->tables().numbered(of, number);
  }
  std::uint64_t last_number(kind of) const override { return under_->tables().last_number(of); }

  std::unique_ptr<storage::round_store> under_;
};

std::uint32_t wanted_rounds() {
  const auto* const given = std::getenv("FEDLOOM_ROUNDS");
  return given == nullptr ? 2000 : static_cast<std::uint32_t>(std::atoi(given));
}

domain::round_record round_at(std::uint32_t number) {
  domain::round_record record;
  record.key = {domain::session_id{"aaaaaaaa-0000-4000-8000-000000000000"}, number, 1};
  record.number = number;
  for (int client = 0; client < 10; ++client) {
    record.contributions.push_back(
        {domain::client_id{"client-" + std::to_string(client)}, 600, 600, {}, {{"loss", 0.5}, {"accuracy", 0.9}}});
  }
  record.opened_at = domain::timestamp{domain::milliseconds{number}};
  return record;
}

json shown(const domain::round_record& round) {
  return {{"round_id", std::to_string(round.number)},
          {"contributions", round.contributions.size()},
          {"committed_at", json_of(round.opened_at)}};
}

} // namespace

TEST(listing_pages, read_no_more_rounds_than_they_show_wherever_they_lie) {
  const test::temporary_folder folder;
  const auto rounds = wanted_rounds();
  counting_store store(storage::open_rocksdb_round_store(folder.path().string()).value());
  for (std::uint32_t first = 1; first <= rounds; first += 1000) {
    storage::batch changes;
    for (auto number = first; number < first + 1000 && number <= rounds; ++number) {
      changes.rounds.push_back(round_at(number));
    }
    ASSERT_TRUE(store.write(changes));
  }
  for (const auto skip : {0U, rounds / 2, rounds - 50}) {
    runtime::http_request request;
    request.method = "GET";
    request.headers = {{"X-Limit", "50"}, {"X-Skip", std::to_string(skip)}};
    store.read = 0;
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = list_answer(request, stored_rows<domain::round_record>(store, shown));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::cout << "50 of " << rounds << " rounds behind " << skip << ": " << took.count() << " ms\n";
    const auto page = json::parse(std::get<std::string>(answer.body));
    EXPECT_EQ(store.read, 50u);
    EXPECT_EQ(page.at("count"), rounds);
    EXPECT_EQ(page.at("result").at(0).at("round_id"), std::to_string(rounds - skip));
    EXPECT_EQ(page.at("result").at(49).at("round_id"), std::to_string(rounds - skip - 49));
  }
}

} // namespace fedloom::controller
