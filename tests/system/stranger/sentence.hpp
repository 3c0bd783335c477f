#pragma once
#include "messages/domain/message.hpp"

#include <nlohmann/json_fwd.hpp>

/// Messages as JSON objects, for tests that say by hand what a well-behaved service never would.
namespace fedloom::stranger {

/// {"what": "offer", "term": 1, "session": "...", "round": 1, "attempt": 1, "payload": "hex", and the body's fields}.
/// What is missing is zero. An offer's content and length are those of its payload unless the object says otherwise.
/// Throws for a kind of message that no test has needed yet.
domain::message message_of(const nlohmann::json& said);

/// The reverse, for every kind of message; of the bodies' fields only those that tests look at.
nlohmann::json json_of(const domain::message& heard);

} // namespace fedloom::stranger
