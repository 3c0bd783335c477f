#pragma once
#include "actors/model/byte_source.hpp"
#include "actors/model/model_reader.hpp"

/// The model stream itself as a file (.flm), as the stores keep it.
namespace fedloom::model {

/// As `read_stream`, but for the padding between tensors, which is looked at when its tensor is left.
domain::expected<std::unique_ptr<tensor_source>> open_stream_file(std::unique_ptr<byte_source> file);

} // namespace fedloom::model
