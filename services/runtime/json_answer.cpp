#include "services/runtime/json_answer.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::runtime {

namespace {

/// Texts may quote what a client sent: bytes that are no UTF-8 must not turn the answer into an exception.
std::string dumped(const nlohmann::json& what) {
  return what.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

http_response message_answer(int status, std::string_view message) {
  http_response answer;
  answer.status = status;
  answer.body = dumped({{"message", message}});
  return answer;
}

http_response error_answer(const domain::error& reason) {
  http_response answer;
  answer.status = http_status_of(reason.code);
  answer.body = dumped({{"message", reason.text}, {"error", to_string(reason.code)}});
  return answer;
}

int http_status_of(domain::errc code) {
  using enum domain::errc;
  switch (code) {
  case not_found:
    return 404;
  case already_exists:
  case wrong_state:
  case client_id_taken:
  case cancelled:
  case paused:
    return 409;
  case denied:
    return 403;
  case too_large:
    return 413;
  case busy:
    return 429;
  case internal:
  case storage_failed:
    return 500;
  case unsupported:
    return 501;
  case unavailable:
  case no_clients:
  case combiner_lost:
  case client_lost:
  case draining:
    return 503;
  case timed_out:
    return 504;
  case storage_full:
    return 507;
  default: // what is left says that the request's content is wrong
    return 400;
  }
}

std::string_view reason_phrase(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 201:
    return "Created";
  case 202:
    return "Accepted";
  case 203:
    return "Non-Authoritative Information";
  case 204:
    return "No Content";
  case 206:
    return "Partial Content";
  case 302:
    return "Found";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 409:
    return "Conflict";
  case 410:
    return "Gone";
  case 413:
    return "Payload Too Large";
  case 415:
    return "Unsupported Media Type";
  case 416:
    return "Range Not Satisfiable";
  case 422:
    return "Unprocessable Content";
  case 429:
    return "Too Many Requests";
  case 500:
    return "Internal Server Error";
  case 501:
    return "Not Implemented";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  case 507:
    return "Insufficient Storage";
  default:
    return status < 400 ? "OK" : "Error";
  }
}

} // namespace fedloom::runtime
