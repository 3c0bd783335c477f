#pragma once
#include "messages/domain/entity.hpp"
#include "messages/domain/record.hpp"

#include <string>

/// The keys under which records stand, in every implementation. Bytes that sort as the reads want them: numbers are
/// big-endian, texts of free length end with a zero byte.
namespace fedloom::storage {

std::string key_of(const domain::session_record& record);
/// session, round, attempt
std::string key_of(const domain::round_record& record);
/// session and round, or the model's id for an upload
std::string key_of(const domain::model_record& record);
std::string key_of(const domain::client_record& record);
std::string key_of(const domain::combiner_record& record);
std::string key_of(const domain::package_record& record);
std::string key_of(const domain::active_record& record); ///< there is one
std::string key_of(const domain::run_record& record);
std::string key_of(const domain::prediction_record& record);
std::string key_of(const domain::attribute_record& record);   ///< number
std::string key_of(const domain::measurement_record& record); ///< number
std::string key_of(const domain::answer_record& record);
std::string key_of(const domain::round_key& key);

/// By what lists are ordered: a running number, or the time of the beginning as a number that sorts alike.
std::uint64_t order_of(const domain::session_record& record);
std::uint64_t order_of(const domain::round_record& record);
std::uint64_t order_of(const domain::model_record& record);
std::uint64_t order_of(const domain::client_record& record);
std::uint64_t order_of(const domain::combiner_record& record);
std::uint64_t order_of(const domain::package_record& record);
std::uint64_t order_of(const domain::run_record& record);
std::uint64_t order_of(const domain::prediction_record& record);
std::uint64_t order_of(const domain::attribute_record& record);
std::uint64_t order_of(const domain::measurement_record& record);
std::uint64_t order_of(const domain::answer_record& record);

/// By what else records are found; no second key of a kind begins another one of it. Empty: by nothing.
template <class Record>
std::string second_key_of(const Record&) {
  return {};
}
/// the model's id
template <>
std::string second_key_of(const domain::model_record& record);
/// the session
template <>
std::string second_key_of(const domain::run_record& record);
/// of a machine: client and key
template <>
std::string second_key_of(const domain::measurement_record& record);

/// What all round keys of one session begin with, and no other key; models' keys of that session too.
std::string round_prefix(const domain::session_id& session);
/// Under which a client's attribute is current.
std::string attribute_key(const domain::client_id& client, const std::string& key);
/// What all of them begin with.
std::string attribute_prefix(const domain::client_id& client);
std::string second_key_of(const domain::model_id& model);
inline constexpr const char* active_key = "active";

/// 8 bytes, big-endian.
std::string encode_counter(std::uint64_t value);
/// 0 for anything but 8 bytes.
std::uint64_t decode_counter(std::string_view bytes);

} // namespace fedloom::storage
