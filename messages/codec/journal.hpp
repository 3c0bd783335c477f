#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/journal.hpp"

#include <vector>

/// What combiners and clients keep on disk, as FlatBuffers (messages/schema/journal.fbs).
namespace fedloom::codec {

std::vector<std::byte> encode(const domain::journalled_plan& record);
std::vector<std::byte> encode(const domain::journalled_answer& record);
std::vector<std::byte> encode(const domain::journalled_end& record);
std::vector<std::byte> encode(const domain::kept_update& record);

/// `storage_failed` when the bytes are not such a record.
domain::expected<domain::journalled_plan> decode_journalled_plan(domain::byte_span bytes);
domain::expected<domain::journalled_answer> decode_journalled_answer(domain::byte_span bytes);
domain::expected<domain::journalled_end> decode_journalled_end(domain::byte_span bytes);
domain::expected<domain::kept_update> decode_kept_update(domain::byte_span bytes);

} // namespace fedloom::codec
