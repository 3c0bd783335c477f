#pragma once
#include "services/controller/routes/answers.hpp"
#include "services/controller/routes/rest.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>

/// Who said something: FEDn's objects {name, role, client_id}.
namespace fedloom::controller {

/// Clients as senders. Looks each up once, for its name: for one request, on one thread.
class senders {
public:
  explicit senders(const storage::round_store& store) : store_(&store) {}
  json operator()(const domain::client_id& client);

private:
  const storage::round_store* store_;
  std::map<domain::client_id, std::string> names_;
};

json combiner_agent(const domain::combiner_id& combiner);

/// The client that a body names as `sender.client_id`, or as `client_id`. `malformed` without one, `not_found` when
/// it never joined.
domain::expected<domain::client_id> sender_from(const rest_context& with, const nlohmann::json& object);

/// The body's `key`, of 1 to 128 bytes.
domain::expected<std::string> key_from(const nlohmann::json& object);

domain::timestamp calendar_now();

} // namespace fedloom::controller
