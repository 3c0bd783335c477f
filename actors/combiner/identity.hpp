#pragma once
#include "messages/domain/ids.hpp"

#include <optional>
#include <string>

namespace fedloom::combiner {

/// What the gateway attaches to connections once they proved who they are. Prefixed, so that no client can name itself
/// into another role.
inline const std::string controller_identity = "controller/";

inline std::string identity_of(const domain::client_id& client) {
  return "client/" + client.value();
}

inline std::optional<domain::client_id> client_of(const std::string& identity) {
  constexpr std::string_view prefix = "client/";
  return identity.starts_with(prefix) ? std::optional{domain::client_id{identity.substr(prefix.size())}} : std::nullopt;
}

} // namespace fedloom::combiner
