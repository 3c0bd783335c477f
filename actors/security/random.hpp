#pragma once
#include "messages/domain/ids.hpp"

#include <string>

/// Secrets and unique names from the operating system's generator. Any thread. The process aborts if the generator
/// fails: a guessable token is worse than no service.
namespace fedloom::security {

/// 128 unguessable bits.
domain::token random_token();

/// A fresh UUIDv4 in lower case, for example "0f3c...-4...-a...-...".
std::string random_uuid();

} // namespace fedloom::security
