#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/entity.hpp"
#include "messages/domain/expected.hpp"

#include <vector>

/// As record.hpp, for the records of messages/domain/entity.hpp.
namespace fedloom::codec {

std::vector<std::byte> encode(const domain::package_record& record);
std::vector<std::byte> encode(const domain::active_record& record);
std::vector<std::byte> encode(const domain::run_record& record);
std::vector<std::byte> encode(const domain::prediction_record& record);
std::vector<std::byte> encode(const domain::attribute_record& record);
std::vector<std::byte> encode(const domain::measurement_record& record);
std::vector<std::byte> encode(const domain::answer_record& record);

/// `storage_failed` when the bytes are not such a record.
domain::expected<domain::package_record> decode_package(domain::byte_span bytes);
domain::expected<domain::active_record> decode_active(domain::byte_span bytes);
domain::expected<domain::run_record> decode_run(domain::byte_span bytes);
domain::expected<domain::prediction_record> decode_prediction(domain::byte_span bytes);
domain::expected<domain::attribute_record> decode_attribute(domain::byte_span bytes);
domain::expected<domain::measurement_record> decode_measurement(domain::byte_span bytes);
domain::expected<domain::answer_record> decode_answer(domain::byte_span bytes);

} // namespace fedloom::codec
