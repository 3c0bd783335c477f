#include "tests/simulation/recorded_stores.hpp"

#include <stdexcept>

namespace fedloom::simulation {

namespace {

const std::string controller = "controller";
/// The longest that planted bugs leave something in memory that they said to be on disk.
constexpr domain::milliseconds sync_pause{200};

class recorded_round_store final : public storage::round_store {
public:
  recorded_round_store(surroundings& around, std::unique_ptr<round_store> what)
      : around_(around), inner_(std::move(what)) {}

  domain::expected<void> write(const storage::batch& changes) override {
    around_.crashes.pass(controller);
    if (auto trouble = why_not(changes); trouble.code != domain::errc::none) {
      return tl::unexpected(std::move(trouble));
    }
    auto written = keep(changes);
    around_.crashes.pass(controller);
    return written;
  }
  /// The first of each life of the process: as the store is opened.
  domain::expected<domain::term> next_term() override {
    around_.crashes.pass(controller);
    if (const auto found = std::exchange(unknown_, std::nullopt)) {
      (void)keep(*found);
    }
    const auto drawn = inner_->next_term();
    around_.happened(event::began_term{*drawn});
    around_.crashes.pass(controller);
    return drawn;
  }

  const storage::record_tables& tables() const override { return inner_->tables(); }

private:
  domain::expected<void> keep(const storage::batch& changes) {
    auto written = inner_->write(changes);
    around_.happened(event::wrote{changes});
    return written;
  }
  /// When the disk itself fails, nothing more is taken in this life, and the next one may find the batch or not.
  domain::error why_not(const storage::batch& changes) {
    const auto life = around_.deaths[controller];
    if (failed_in_ == life) {
      return {domain::errc::storage_failed, "the disk has failed"};
    }
    auto trouble = around_.next_trouble(controller);
    if (trouble.code == domain::errc::storage_failed) {
      failed_in_ = life;
      unknown_ = around_.clock.chance(0.5) ? std::optional{changes} : std::nullopt;
    }
    return trouble;
  }

  surroundings& around_;
  std::unique_ptr<round_store> inner_;
  std::optional<std::uint64_t> failed_in_; ///< which life of the process
  std::optional<storage::batch> unknown_;  ///< said to have failed, but it is on the disk
};

class recorded_model_store final : public storage::model_store {
public:
  recorded_model_store(surroundings& around, std::unique_ptr<model_store> what)
      : around_(around), inner_(std::move(what)) {}

  domain::expected<void> put(const domain::model_id& id, domain::byte_span stream) override {
    around_.crashes.pass(controller);
    if (auto trouble = around_.next_trouble(controller); trouble.code != domain::errc::none) {
      return tl::unexpected(std::move(trouble));
    }
    if (around_.planted == planted_bug::commit_before_blob && !inner_->has(id)) {
      put_later(id, domain::shared_bytes::copy_of(stream));
    } else {
      keep(id, stream);
    }
    around_.crashes.pass(controller);
    return {};
  }
  domain::expected<domain::shared_bytes> get(const domain::model_id& id) const override {
    const auto cached = unsynced_.find(id);
    return cached != unsynced_.end() && is_cached(cached->second) ? cached->second.stream : inner_->get(id);
  }
  bool has(const domain::model_id& id) const override { return get(id).has_value(); }
  domain::expected<void> remove(const domain::model_id& id) override {
    around_.crashes.pass(controller);
    auto removed = inner_->remove(id);
    around_.happened(event::dropped_model{id});
    return removed;
  }
  std::vector<domain::model_id> list() const override { return inner_->list(); }

private:
  struct unsynced {
    domain::shared_bytes stream;
    std::uint64_t death = 0; ///< the owner's next one, which takes it along
  };

  void keep(const domain::model_id& id, domain::byte_span stream) {
    if (auto stored = inner_->put(id, stream); !stored) {
      throw std::runtime_error(domain::to_string(stored.error()));
    }
    around_.happened(event::kept_model{id, inner_->get(id).value()});
  }
  /// The planted bug: it is there, but not for ever.
  void put_later(const domain::model_id& id, domain::shared_bytes stream) {
    unsynced_[id] = {std::move(stream), around_.deaths[controller] + 1};
    around_.clock.after(around_.clock.pause(domain::milliseconds{0}, sync_pause), [this, id] {
      const auto at = unsynced_.extract(id);
      if (at && is_cached(at.mapped())) {
        keep(id, at.mapped().stream.span());
      }
    });
  }
  bool is_cached(const unsynced& what) const { return around_.deaths[controller] < what.death; }

  surroundings& around_;
  std::unique_ptr<model_store> inner_;
  std::map<domain::model_id, unsynced> unsynced_;
};

} // namespace

std::unique_ptr<storage::round_store> recorded(surroundings& around, std::unique_ptr<storage::round_store> what) {
  return std::make_unique<recorded_round_store>(around, std::move(what));
}

std::unique_ptr<storage::model_store> recorded(surroundings& around, std::unique_ptr<storage::model_store> what) {
  return std::make_unique<recorded_model_store>(around, std::move(what));
}

} // namespace fedloom::simulation
