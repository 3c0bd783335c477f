#include "actors/storage/round_journal.hpp"

#include <map>
#include <mutex>
#include <optional>

namespace fedloom::storage {

namespace {

class memory_round_journal final : public round_journal {
public:
  domain::expected<void> write(const std::vector<journal_entry>& entries) override {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries) {
      std::visit([this](const auto& one) { apply(one); }, entry);
    }
    return {};
  }

  domain::expected<std::vector<journalled_collection>> read() const override {
    const std::lock_guard lock(mutex_);
    std::vector<journalled_collection> all;
    for (const auto& [lease, one] : leases_) {
      if (one.state) {
        auto& added = all.emplace_back(journalled_collection{*one.state, {}});
        for (const auto& [client, what] : one.answers) {
          added.answers.push_back(what);
        }
      }
    }
    return all;
  }

private:
  struct kept {
    std::optional<std::variant<domain::journalled_plan, domain::journalled_end>> state;
    std::map<domain::client_id, domain::contribution> answers;
  };

  void apply(const domain::journalled_plan& one) { leases_.insert_or_assign(one.plan.lease, kept{one, {}}); }
  void apply(const domain::journalled_answer& one) {
    leases_[one.lease].answers.insert_or_assign(one.what.client, one.what);
  }
  void apply(const domain::journalled_end& one) { leases_[one.lease].state = one; }
  void apply(const forgotten_lease& one) { leases_.erase(one.lease); }

  mutable std::mutex mutex_;
  std::map<domain::lease_id, kept> leases_;
};

} // namespace

std::unique_ptr<round_journal> make_memory_round_journal() {
  return std::make_unique<memory_round_journal>();
}

} // namespace fedloom::storage
