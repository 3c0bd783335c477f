#include "services/controller/routes/agents.hpp"

#include "services/controller/routes/request_object.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

constexpr std::size_t key_bytes = 128;
constexpr std::size_t text_bytes = 256;

} // namespace

json senders::operator()(const domain::client_id& client) {
  auto found = names_.find(client);
  if (found == names_.end()) {
    const auto record = store_->find(client);
    found = names_.emplace(client, record ? record->name : std::string{}).first;
  }
  return {{"name", found->second}, {"role", "CLIENT"}, {"client_id", client.value()}};
}

json combiner_agent(const domain::combiner_id& combiner) {
  return {{"name", combiner.value()}, {"role", "COMBINER"}, {"client_id", ""}};
}

expected<domain::client_id> sender_from(const rest_context& with, const nlohmann::json& object) {
  const auto sender = object.value("sender", nlohmann::json(nullptr));
  if (!sender.is_null() && !sender.is_object()) {
    return tl::unexpected(wrong_value("sender", sender, "an object with client_id"));
  }
  const auto id = text_of(sender.is_null() ? object : sender, "client_id", text_bytes);
  if (!id) {
    return tl::unexpected(id.error());
  }
  if (!domain::valid_name(*id)) {
    return tl::unexpected(wrong_value("sender.client_id", *id, "the id of a client"));
  }
  const domain::client_id client{*id};
  return with.store->find(client) ? expected<domain::client_id>(client)
                                  : failure(errc::not_found, "Entity with id: " + *id + " not found");
}

expected<std::string> key_from(const nlohmann::json& object) {
  return text_of(object, "key", key_bytes).and_then([](std::string key) -> expected<std::string> {
    if (key.empty()) {
      return failure(errc::malformed, "key is missing; it must be a text of 1 to 128 bytes");
    }
    return key;
  });
}

domain::timestamp calendar_now() {
  return std::chrono::time_point_cast<domain::milliseconds>(std::chrono::system_clock::now());
}

} // namespace fedloom::controller
