#pragma once

namespace fedloom::controller {

/// services/controller/openapi.yaml, as it was when this program was built.
extern const char* const openapi_document;

} // namespace fedloom::controller
