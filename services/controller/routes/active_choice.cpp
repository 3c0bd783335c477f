#include "services/controller/routes/active_choice.hpp"

#include "actors/model/model_file.hpp"
#include "actors/security/random.hpp"

#include <algorithm>

namespace fedloom::controller {

using domain::expected;
using domain::package_record;

namespace {

constexpr std::size_t most_packages = 10'000;

storage::batch choice(const domain::package_id& package, const std::string& helper) {
  storage::batch changes;
  changes.active = domain::active_record{package, helper};
  return changes;
}

bool is_same(const package_record& a, const package_record& b) {
  return a.content == b.content && a.name == b.name && a.description == b.description && a.helper == b.helper &&
         a.file_name == b.file_name;
}

} // namespace

expected<std::string> checked_helper(const std::string& name) {
  std::string known;
  for (const auto format : model::file_formats()) {
    const auto helper = model::helper_name(format);
    if (name == helper) {
      return name;
    }
    known += (known.empty() ? "" : ", ") + std::string{helper};
  }
  return domain::failure(domain::errc::malformed, "helper is \"" + name + "\"; it must be one of " + known);
}

expected<package_record> active_choice::add(package_record package) {
  const std::lock_guard lock(mutex_);
  std::optional<package_record> known;
  with_->store->visit<package_record>({.newest_first = true}, [&](package_record&& one) {
    if (is_same(one, package)) {
      known = std::move(one);
    }
    return !known;
  });
  if (known) {
    return with_->store->write(choice(known->package, known->helper)).map([&] { return *known; });
  }
  if (with_->store->count<package_record>() >= most_packages) {
    return domain::failure(domain::errc::busy, "there are " + std::to_string(most_packages) + " packages already");
  }
  package.package = domain::package_id{security::random_uuid()};
  package.committed_at = std::chrono::time_point_cast<domain::milliseconds>(std::chrono::system_clock::now());
  auto changes = choice(package.package, package.helper);
  changes.packages.push_back(package);
  return with_->store->write(changes).map([&] { return package; });
}

expected<void> active_choice::choose(const package_record& package) {
  const std::lock_guard lock(mutex_);
  return with_->store->write(choice(package.package, package.helper));
}

expected<void> active_choice::choose_helper(const std::string& helper) {
  const std::lock_guard lock(mutex_);
  return with_->store->write(choice(with_->store->active().package, helper));
}

expected<bool> active_choice::drop_package() {
  const std::lock_guard lock(mutex_);
  const auto active = with_->store->active();
  if (active.package.value().empty()) {
    return false;
  }
  return with_->store->write(choice({}, active.helper)).map([] { return true; });
}

} // namespace fedloom::controller
