#pragma once
#include "messages/domain/bytes.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The model that is trained for measurement: one float32 tensor. Every client adds `step` to each parameter, and all
/// numbers are multiples of 2^-10 of at most 24 bits, so that their mean is exact and the outcome known to the bit.
namespace fedloom::bench {

inline constexpr float step = 0.0625F;
/// Rounds after which the numbers would need more bits than a float32 has.
inline constexpr std::uint32_t most_rounds = 100'000;

/// A model stream (actors/model/stream.hpp) with `parameters` values in [-0.5, 0.5).
std::vector<std::byte> seed_stream(std::uint64_t parameters);
/// What a client does: adds `step` to every parameter of a stream made by `seed_stream`.
void train(std::vector<std::byte>& stream);
/// Why `stream` is not the seed after `rounds` rounds; nothing if it is.
std::optional<std::string> difference_from_expected(domain::byte_span stream, std::uint64_t parameters,
                                                    std::uint32_t rounds);

} // namespace fedloom::bench
