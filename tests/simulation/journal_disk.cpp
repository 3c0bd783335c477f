#include "tests/simulation/journal_disk.hpp"

namespace fedloom::simulation {

namespace {

constexpr double cut_off = 0.2; ///< how many deaths are power cuts
constexpr double damaged = 0.1; ///< how many of those leave a hole
constexpr std::size_t longest_loss = 10;
/// The longest that the planted bug leaves in memory what it said to be written.
constexpr domain::milliseconds write_pause{200};

} // namespace

domain::expected<void> journal_disk::write(const std::vector<storage::journal_entry>& entries) {
  around_.crashes.pass(owner_);
  if (auto trouble = around_.next_trouble(owner_); trouble.code != domain::errc::none) {
    return tl::unexpected(std::move(trouble));
  }
  around_.planted == planted_bug::receipt_before_journal ? keep_later(entries) : keep(entries);
  around_.crashes.pass(owner_);
  return {};
}

void journal_disk::reopen() {
  if (written_.empty() || !around_.clock.chance(cut_off)) {
    return;
  }
  const auto lost =
      around_.clock.chance(damaged) ? written_.size() : around_.clock.pick(std::min(written_.size(), longest_loss) + 1);
  trace(around_.clock.now(), owner_, "finds its journal without its last writes: " + std::to_string(lost));
  written_.resize(written_.size() - lost);
  now_ = storage::make_memory_round_journal();
  for (const auto& entries : written_) {
    (void)now_->write(entries);
  }
}

void journal_disk::keep(const std::vector<storage::journal_entry>& entries) {
  written_.push_back(entries);
  (void)now_->write(entries);
  for (const auto& one : entries) {
    std::visit(domain::overloaded{
                   [](const storage::forgotten_lease&) {},
                   [&](const auto& what) {
                     around_.happened(event::journalled{owner_, what});
                   },
               },
               one);
  }
}

void journal_disk::keep_later(const std::vector<storage::journal_entry>& entries) {
  around_.clock.after(around_.clock.pause(domain::milliseconds{0}, write_pause),
                      [this, entries, life = around_.deaths[owner_]] {
                        if (around_.deaths[owner_] == life) {
                          keep(entries);
                        }
                      });
}

} // namespace fedloom::simulation
