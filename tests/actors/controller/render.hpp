#pragma once
#include "actors/controller/hand_out_machine.hpp"
#include "actors/controller/reduction_machine.hpp"
#include "actors/controller/registry_machine.hpp"
#include "actors/controller/session_machine.hpp"

#include <string>

/// Effects of the controller's machines as text: one line, effects separated by " | ".
namespace fedloom::controller {

std::string render(const domain::body& what);
std::string render(const storage::batch& changes);
std::string render(const registry::effects& what);
std::string render(const round::effects& what);
std::string render(const session::effects& what);
std::string render(const reduction::effects& what);
std::string render(const hand_out::effects& what);

/// A model or token that is known by its first byte; rendered as that number.
inline domain::model_id model_number(std::uint8_t number) {
  return domain::model_id{{number}};
}
inline domain::token token_number(std::uint8_t number) {
  return domain::token{{number}};
}

/// Points on the clock: so long after the beginning of a test, which is not zero.
inline domain::instant at(domain::milliseconds since) {
  return domain::instant{std::chrono::hours{1}} + since;
}
inline domain::moment moment_at(domain::milliseconds since) {
  return {at(since), domain::timestamp{since}};
}

} // namespace fedloom::controller
