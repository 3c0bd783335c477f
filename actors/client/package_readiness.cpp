#include "actors/client/package_readiness.hpp"

namespace fedloom::client {

using namespace work;
using domain::errc;

namespace {

constexpr std::size_t remembered = 256;

} // namespace

effects package_readiness::need(domain::instant now, const domain::package_ref& package, bool is_attached,
                                const std::function<domain::transfer_id()>& next_transfer) {
  effects out;
  if (preparing_) {
    return out;
  }
  const transfer::stream_name name{package.content};
  const bool has_archive = archive_.has(name);
  if (has_archive || missing_ != package.content) {
    out.emplace_back(prepare{package, has_archive ? archive_.stream() : domain::shared_bytes{}});
    preparing_ = {package, has_archive};
    archive_.drop();
  } else if (is_attached && !archive_.under_way()) {
    out.push_back(archive_.begin(now, next_transfer(), name, package.bytes));
  }
  return out;
}

domain::error package_readiness::prepared(const domain::package_digest& package,
                                          const domain::expected<void>& outcome) {
  if (!preparing_ || preparing_->what.content != package) {
    return {};
  }
  const auto done = *std::exchange(preparing_, std::nullopt);
  missing_.reset();
  if (outcome) {
    if (ready_.size() >= remembered) {
      ready_.clear(); // the trainer is asked again
    }
    ready_.insert(package);
    return {};
  }
  ready_.erase(package);
  if (outcome.error().code == errc::not_found && !done.has_archive) {
    missing_ = package;
    return {};
  }
  return outcome.error();
}

std::optional<domain::package_digest> package_readiness::preparing() const {
  return preparing_ ? std::optional{preparing_->what.content} : std::nullopt;
}

} // namespace fedloom::client
