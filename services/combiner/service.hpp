#pragma once
#include "services/combiner/config.hpp"
#include "services/runtime/service.hpp"

namespace fedloom::combiner {

/// Binds, dials the controller. Errors name the folder or the address.
domain::expected<std::unique_ptr<runtime::running_service>> start(const config& with,
                                                                  const runtime::stop_request& stop);

} // namespace fedloom::combiner
