#pragma once
#include "actors/client/stream_fetch.hpp"

#include <functional>
#include <set>

namespace fedloom::client {

/// Gets the compute packages that tasks name ready, one at a time: the trainer is asked for what it has from earlier,
/// then the archive is fetched, then the trainer makes it ready. A failure is told once, and forgotten: who asks again
/// tries again. Pure.
///
///   unknown --need--> looking --there--> ready
///                       | not there
///                       v
///   missing --need--> fetching --last chunk--> fetched --need--> making --done--> ready
///
/// A fetch that fails leads back to missing, a making that fails to unknown.
class package_readiness {
public:
  explicit package_readiness(const task_limits& limits) : archive_(limits) {}

  bool is_ready(const domain::package_ref& package) const {
    return package.content == domain::package_digest{} || ready_.contains(package.content);
  }
  /// The next step towards it; nothing while one is under way, or can only be made when there is a combiner.
  work::effects need(domain::instant now, const domain::package_ref& package, bool is_attached,
                     const std::function<domain::transfer_id()>& next_transfer);
  /// The trainer's answer. An error is for those who need this package; none: it is ready, or needed further.
  domain::error prepared(const domain::package_digest& package, const domain::expected<void>& outcome);

  /// The trainer does not have it any more.
  void forget(const domain::package_ref& package) { ready_.erase(package.content); }

  /// The trainer is at work on this one.
  std::optional<domain::package_digest> preparing() const;

  /// Of the archive that is being fetched.
  stream_fetch& archive() noexcept { return archive_; }
  const stream_fetch& archive() const noexcept { return archive_; }

private:
  struct preparation {
    domain::package_ref what;
    bool has_archive = false;
  };
  stream_fetch archive_;
  std::set<domain::package_digest> ready_;
  std::optional<domain::package_digest> missing_; ///< the trainer does not have it from earlier
  std::optional<preparation> preparing_;
};

} // namespace fedloom::client
