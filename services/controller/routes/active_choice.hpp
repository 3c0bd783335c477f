#pragma once
#include "services/controller/routes/route_groups.hpp"

#include <mutex>

namespace fedloom::controller {

/// One of the helpers that models are read with; empty and unknown ones are `malformed`.
domain::expected<std::string> checked_helper(const std::string& name);

/// Which package and helper hold unless a session says otherwise. Each change is stored when it returns.
/// Thread-safe.
class active_choice {
public:
  explicit active_choice(context_ptr with) : with_(std::move(with)) {}

  /// Makes the package's record and chooses it. The same archive under the same name, helper and signature keeps the
  /// record that it has.
  domain::expected<domain::package_record> add(domain::package_record package);
  domain::expected<void> choose(const domain::package_record& package);
  domain::expected<void> choose_helper(const std::string& helper);
  /// The helper stays. False: there was none.
  domain::expected<bool> drop_package();

private:
  const context_ptr with_;
  std::mutex mutex_;
};

} // namespace fedloom::controller
