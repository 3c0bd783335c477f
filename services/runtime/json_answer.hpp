#pragma once
#include "messages/domain/error.hpp"
#include "services/runtime/http_message.hpp"

/// The answers that every HTTP interface of fedloom gives alike.
namespace fedloom::runtime {

/// {"message": "..."}
http_response message_answer(int status, std::string_view message);
/// {"message": text, "error": code's name} with the status that fits the code.
http_response error_answer(const domain::error& reason);
/// 404 for not_found, 409 for wrong_state, 413 for too_large ...
int http_status_of(domain::errc code);
/// "Not Found"
std::string_view reason_phrase(int status);

} // namespace fedloom::runtime
