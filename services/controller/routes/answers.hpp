#pragma once
#include "services/runtime/json_answer.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::controller {

/// What answers are made of: fields stay in the order in which they were written.
using json = nlohmann::ordered_json;

/// Text that is no UTF-8 is mended, numbers that JSON lacks (NaN) become null.
std::string dumped(const json& what);
runtime::http_response json_answer(const json& what, int status = 200);
runtime::http_response text_answer(std::string text);
/// FEDn's 404.
runtime::http_response entity_not_found(const std::string& id);

} // namespace fedloom::controller
