#include "services/controller/routes/answers.hpp"

namespace fedloom::controller {

std::string dumped(const json& what) {
  return what.dump(-1, ' ', false, json::error_handler_t::replace);
}

runtime::http_response json_answer(const json& what, int status) {
  runtime::http_response answer;
  answer.status = status;
  answer.body = dumped(what);
  return answer;
}

runtime::http_response text_answer(std::string text) {
  runtime::http_response answer;
  answer.content_type = "text/plain; charset=utf-8";
  answer.body = std::move(text);
  return answer;
}

runtime::http_response entity_not_found(const std::string& id) {
  return runtime::message_answer(404, "Entity with id: " + id + " not found");
}

} // namespace fedloom::controller
