#pragma once
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

/// What all round keys of one session begin with, and no other key.
std::string round_prefix(const domain::session_id& session);

/// 8 bytes, big-endian.
std::string encode_counter(std::uint64_t value);
/// 0 for anything but 8 bytes.
std::uint64_t decode_counter(std::string_view bytes);

} // namespace fedloom::storage
