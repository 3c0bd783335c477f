#pragma once
#include "actors/model/byte_source.hpp"
#include "actors/model/file_pieces.hpp"
#include "actors/model/model_reader.hpp"
#include "actors/model/whole_model.hpp"

/// Nothing but elements, little-endian, one behind the other: float64 is FEDn's binaryhelper, float32 its
/// androidhelper. A file is read as those do: one tensor "0" with one dimension. A model of several tensors is written
/// as they write it, one behind the other; its names, shapes and the borders between its tensors are lost, so what is
/// read again is another model with the same numbers. FEDn dumps elements of other types too and then takes their bytes
/// for float64; here a model with another type is refused.
namespace fedloom::model {

/// `malformed` when the file ends within an element.
domain::expected<std::unique_ptr<tensor_source>> open_raw(std::unique_ptr<byte_source> file, dtype type);

/// `unsupported` names the first tensor of another type.
domain::expected<file_pieces> raw_pieces(const whole_model& model, dtype type);

} // namespace fedloom::model
