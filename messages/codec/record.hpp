#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/record.hpp"

#include <vector>

/// The store's records as FlatBuffers: fields may be appended, never removed, so that a newer version reads an older
/// store.
namespace fedloom::codec {

std::vector<std::byte> encode(const domain::session_record& record);
std::vector<std::byte> encode(const domain::round_record& record);
std::vector<std::byte> encode(const domain::model_record& record);
std::vector<std::byte> encode(const domain::client_record& record);
std::vector<std::byte> encode(const domain::combiner_record& record);

/// `storage_failed` when the bytes are not such a record.
domain::expected<domain::session_record> decode_session(domain::byte_span bytes);
domain::expected<domain::round_record> decode_round(domain::byte_span bytes);
domain::expected<domain::model_record> decode_model(domain::byte_span bytes);
domain::expected<domain::client_record> decode_client(domain::byte_span bytes);
domain::expected<domain::combiner_record> decode_combiner(domain::byte_span bytes);

} // namespace fedloom::codec
