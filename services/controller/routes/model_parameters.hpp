#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <string>

namespace fedloom::controller {

/// More than that many elements are no reading for people; there is the download.
inline constexpr std::uint64_t shown_parameters = std::uint64_t{1} << 20;

/// {"array": [one nested list per tensor]}, as FEDn shows a model. Numbers that JSON lacks become null. `too_large`
/// above `shown_parameters`, `storage_failed` for what is no stream.
domain::expected<std::string> parameters_text(domain::byte_span stream);

} // namespace fedloom::controller
