#pragma once
#include "services/client/config.hpp"
#include "services/runtime/service.hpp"

namespace fedloom::client {

/// Loads the compute package, dials the controller. Errors name the package's file, the folder or the address.
domain::expected<std::unique_ptr<runtime::running_service>> start(const config& with,
                                                                  const runtime::stop_request& stop);

} // namespace fedloom::client
