#include "actors/storage/record_keys.hpp"
#include "actors/storage/record_order.hpp"
#include "actors/storage/round_store.hpp"

#include <map>
#include <mutex>

namespace fedloom::storage {

namespace {

template <class Record>
using table = std::map<std::string, Record>;

template <class Record>
void replace(table<Record>& in, const std::vector<Record>& records) {
  for (const auto& record : records) {
    in.insert_or_assign(key_of(record), record);
  }
}

template <class Record>
std::vector<Record> all(const table<Record>& of) {
  std::vector<Record> records;
  records.reserve(of.size());
  for (const auto& [key, record] : of) {
    records.push_back(record);
  }
  return records;
}

class memory_round_store final : public round_store {
public:
  domain::expected<void> write(const batch& changes) override {
    const std::lock_guard lock(mutex_);
    replace(sessions_, changes.sessions);
    replace(rounds_, changes.rounds);
    replace(models_, changes.models);
    replace(clients_, changes.clients);
    replace(combiners_, changes.combiners);
    last_number_ = greatest_number(changes.rounds, last_number_);
    return {};
  }

  domain::expected<domain::term> next_term() override {
    const std::lock_guard lock(mutex_);
    return domain::term{++term_};
  }

  std::vector<domain::session_record> sessions() const override { return by_creation(read(sessions_)); }
  std::vector<domain::round_record> rounds() const override { return by_number(read(rounds_)); }
  std::vector<domain::model_record> models() const override { return by_commit(read(models_)); }
  std::vector<domain::client_record> clients() const override { return read(clients_); }
  std::vector<domain::combiner_record> combiners() const override { return read(combiners_); }

  domain::expected<domain::session_record> session(const domain::session_id& id) const override {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id.value());
    if (found == sessions_.end()) {
      return domain::failure(domain::errc::not_found, "no session " + id.value());
    }
    return found->second;
  }

  std::vector<domain::round_record> rounds_of(const domain::session_id& id) const override {
    const std::lock_guard lock(mutex_);
    const auto prefix = round_prefix(id);
    std::vector<domain::round_record> records;
    for (auto at = rounds_.lower_bound(prefix); at != rounds_.end() && at->first.starts_with(prefix); ++at) {
      records.push_back(at->second);
    }
    return records;
  }

  std::uint64_t last_round_number() const override {
    const std::lock_guard lock(mutex_);
    return last_number_;
  }

private:
  template <class Record>
  std::vector<Record> read(const table<Record>& from) const {
    const std::lock_guard lock(mutex_);
    return all(from);
  }

  mutable std::mutex mutex_;
  table<domain::session_record> sessions_;
  table<domain::round_record> rounds_;
  table<domain::model_record> models_;
  table<domain::client_record> clients_;
  table<domain::combiner_record> combiners_;
  std::uint64_t last_number_ = 0;
  std::uint64_t term_ = 0;
};

} // namespace

std::unique_ptr<round_store> make_memory_round_store() {
  return std::make_unique<memory_round_store>();
}

} // namespace fedloom::storage
