#pragma once
#include "actors/model/manifest.hpp"
#include "messages/domain/bytes.hpp"

#include <vector>

namespace fedloom::client {

/// Brings the float tensors of a model stream to the widths that `wanted` has at the same positions (NumPy code drifts
/// to float64 easily; the wire is strict). Rounds to nearest, ties to even; a value too large for the target becomes
/// infinite and is refused later as not_finite. Integer and boolean tensors, shapes and names are left as they are:
/// whether the result is the wanted manifest is for the caller to check. `malformed` if `stream` is not a whole model
/// stream.
domain::expected<std::vector<std::byte>> cast_floats(std::vector<std::byte> stream, const model::manifest& wanted);

} // namespace fedloom::client
