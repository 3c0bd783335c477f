#pragma once
#include "actors/model/manifest.hpp"
#include "messages/domain/bytes.hpp"

#include <span>

/// From the ways in which others lay out elements to the stream's: little-endian, in C order.
namespace fedloom::model {

/// Turns round the bytes of each element.
void swap_bytes(std::span<std::byte> elements, std::size_t element_bytes);

/// From Fortran's order (the first index runs fastest) to C's (the last one does). `from` and `to` are as long as the
/// tensor and do not overlap.
void transpose(const tensor_spec& tensor, domain::byte_span from, std::span<std::byte> to);

} // namespace fedloom::model
