#include "actors/storage/record_keys.hpp"

namespace fedloom::storage {

namespace {

template <class T>
void append_big_endian(std::string& to, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>((value >> shift) & 0xff));
  }
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

std::string key_of(const domain::round_record& record) {
  auto key = round_prefix(record.key.session);
  append_big_endian(key, record.key.round);
  append_big_endian(key, record.key.attempt);
  return key;
}

std::string key_of(const domain::model_record& record) {
  std::string key = record.session.value() + '\0';
  if (record.session.value().empty()) {
    key.append(record.model.value().begin(), record.model.value().end());
  } else {
    append_big_endian(key, record.round);
  }
  return key;
}

std::string round_prefix(const domain::session_id& session) {
  return session.value() + '\0';
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
