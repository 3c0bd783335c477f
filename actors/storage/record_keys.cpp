#include "actors/storage/record_keys.hpp"

namespace fedloom::storage {

namespace {

template <class T>
void append_big_endian(std::string& to, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

/// Times before 1970 come first too.
std::uint64_t as_number(domain::timestamp when) {
  return static_cast<std::uint64_t>(when.time_since_epoch().count()) ^ std::uint64_t{1} << 63;
}

} // namespace

std::string key_of(const domain::session_record& record) {
  return record.session.value();
}
std::string key_of(const domain::client_record& record) {
  return record.client.value();
}
std::string key_of(const domain::combiner_record& record) {
  return record.combiner.value();
}
std::string key_of(const domain::package_record& record) {
  return record.package.value();
}
std::string key_of(const domain::active_record&) {
  return active_key;
}
std::string key_of(const domain::run_record& record) {
  return record.run.value();
}
std::string key_of(const domain::prediction_record& record) {
  return record.prediction.value();
}
std::string key_of(const domain::attribute_record& record) {
  return encode_counter(record.number);
}
std::string key_of(const domain::measurement_record& record) {
  return encode_counter(record.number);
}
std::string key_of(const domain::answer_record& record) {
  return record.key;
}

std::string key_of(const domain::round_record& record) {
  return key_of(record.key);
}

std::string key_of(const domain::round_key& of) {
  auto key = round_prefix(of.session);
  append_big_endian(key, of.round);
  append_big_endian(key, of.attempt);
  return key;
}

std::string key_of(const domain::model_record& record) {
  std::string key = round_prefix(record.session);
  if (record.session.value().empty()) {
    key.append(record.model.value().begin(), record.model.value().end());
  } else {
    append_big_endian(key, record.round);
  }
  return key;
}

std::uint64_t order_of(const domain::session_record& record) {
  return as_number(record.created_at);
}
std::uint64_t order_of(const domain::round_record& record) {
  return record.number;
}
std::uint64_t order_of(const domain::model_record& record) {
  return as_number(record.committed_at);
}
std::uint64_t order_of(const domain::client_record& record) {
  return as_number(record.joined_at);
}
std::uint64_t order_of(const domain::combiner_record& record) {
  return as_number(record.joined_at);
}
std::uint64_t order_of(const domain::package_record& record) {
  return as_number(record.committed_at);
}
std::uint64_t order_of(const domain::run_record& record) {
  return as_number(record.started_at);
}
std::uint64_t order_of(const domain::prediction_record& record) {
  return as_number(record.asked_at);
}
std::uint64_t order_of(const domain::attribute_record& record) {
  return record.number;
}
std::uint64_t order_of(const domain::measurement_record& record) {
  return record.number;
}
std::uint64_t order_of(const domain::answer_record& record) {
  return as_number(record.at);
}

std::string second_key_of(const domain::model_id& model) {
  return {model.value().begin(), model.value().end()};
}
template <>
std::string second_key_of(const domain::model_record& record) {
  return second_key_of(record.model);
}
template <>
std::string second_key_of(const domain::run_record& record) {
  return round_prefix(record.session);
}
template <>
std::string second_key_of(const domain::measurement_record& record) {
  return record.round.session.value().empty() ? attribute_key(record.client, record.key) : std::string{};
}

std::string round_prefix(const domain::session_id& session) {
  return session.value() + '\0';
}

std::string attribute_prefix(const domain::client_id& client) {
  return client.value() + '\0';
}
std::string attribute_key(const domain::client_id& client, const std::string& key) {
  auto text = attribute_prefix(client);
  for (const char c : key) {
    text += c;
    if (c == '\0') { // keys are anybody's texts: none may begin another
      text += '\1';
    }
  }
  return text + '\0' + '\0';
}

std::string encode_counter(std::uint64_t value) {
  std::string bytes;
  append_big_endian(bytes, value);
  return bytes;
}

std::uint64_t decode_counter(std::string_view bytes) {
  if (bytes.size() != sizeof(std::uint64_t)) {
    return 0;
  }
  std::uint64_t value = 0;
  for (const char byte : bytes) {
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

} // namespace fedloom::storage
