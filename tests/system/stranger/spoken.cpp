// From JSON to messages.
#include "actors/transfer/digests.hpp"
#include "tests/system/stranger/hex.hpp"
#include "tests/system/stranger/sentence.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace fedloom::stranger {

namespace {

using nlohmann::json;

template <class T>
T field(const json& said, const char* key, T missing = {}) {
  return said.value(key, std::move(missing));
}

template <class Id>
Id id(const json& said, const char* key) {
  return Id{field<typename Id::value_type>(said, key)};
}

template <class Bytes>
Bytes fixed(const json& said, const char* key) {
  typename Bytes::value_type value{};
  const auto bytes = from_hex(field<std::string>(said, key));
  for (std::size_t i = 0; i < std::min(bytes.size(), value.size()); ++i) {
    value[i] = static_cast<std::uint8_t>(bytes[i]);
  }
  return Bytes{value};
}

std::vector<domain::client_id> clients(const json& said, const char* key) {
  std::vector<domain::client_id> all;
  for (const auto& one : field(said, key, json::array())) {
    all.emplace_back(one.get<std::string>());
  }
  return all;
}

domain::offer offer_of(const json& said, const domain::shared_bytes& payload) {
  domain::offer what;
  what.transfer = id<domain::transfer_id>(said, "transfer");
  what.parent = fixed<domain::model_id>(said, "parent");
  what.content =
      said.contains("content") ? fixed<domain::digest>(said, "content") : transfer::stream_digest(payload.span());
  what.stream_bytes = field<std::uint64_t>(said, "stream_bytes", payload.size());
  what.example_count = field<std::uint64_t>(said, "example_count");
  return what;
}

domain::partial partial_of(const json& said) {
  domain::partial what;
  what.lease = id<domain::lease_id>(said, "lease");
  what.transfer = id<domain::transfer_id>(said, "transfer");
  what.sum_bytes = field<std::uint64_t>(said, "sum_bytes");
  what.weight = field<std::uint64_t>(said, "weight");
  for (const auto& client : clients(said, "contributions")) {
    what.contributions.push_back({client, what.weight, what.weight, {}, {}});
  }
  return what;
}

domain::body body_of(const json& said, const domain::shared_bytes& payload) {
  const auto kind = field<std::string>(said, "what");
  if (kind == "join") {
    return domain::join{id<domain::client_id>(said, "client"), {}, {}, {}, field<std::uint64_t>(said, "max_examples")};
  }
  if (kind == "client_hello") {
    return domain::client_hello{id<domain::client_id>(said, "client"), fixed<domain::token>(said, "ticket")};
  }
  if (kind == "combiner_hello") {
    return domain::combiner_hello{id<domain::combiner_id>(said, "combiner"), field<std::string>(said, "endpoint"),
                                  field<std::uint32_t>(said, "max_clients")};
  }
  if (kind == "offer") {
    return offer_of(said, payload);
  }
  if (kind == "chunk") {
    return domain::chunk{id<domain::transfer_id>(said, "transfer"), field<std::uint32_t>(said, "index"),
                         transfer::digest_of(payload.span())};
  }
  if (kind == "partial") {
    return partial_of(said);
  }
  if (kind == "progress") {
    return domain::progress{id<domain::lease_id>(said, "lease"), field<std::uint32_t>(said, "accepted"), 0, 0};
  }
  throw std::invalid_argument("nobody has taught the stranger to say \"" + kind + '"');
}

} // namespace

domain::message message_of(const json& said) {
  domain::message out;
  out.head.controller_term = id<domain::term>(said, "term");
  out.head.round = {id<domain::session_id>(said, "session"), field<std::uint32_t>(said, "round"),
                    field<std::uint32_t>(said, "attempt")};
  out.payload = domain::shared_bytes::adopt(from_hex(field<std::string>(said, "payload")));
  out.what = body_of(said, out.payload);
  return out;
}

} // namespace fedloom::stranger
