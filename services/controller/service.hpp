#pragma once
#include "services/controller/config.hpp"
#include "services/runtime/service.hpp"

namespace fedloom::controller {

/// Opens the stores, takes the next term, listens. Errors name the folder or the address.
domain::expected<std::unique_ptr<runtime::running_service>> start(const config& with,
                                                                  const runtime::stop_request& stop);

} // namespace fedloom::controller
