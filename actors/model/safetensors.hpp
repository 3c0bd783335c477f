#pragma once
#include "actors/model/byte_source.hpp"
#include "actors/model/file_pieces.hpp"
#include "actors/model/model_reader.hpp"
#include "actors/model/whole_model.hpp"

/// Hugging Face's .safetensors: the header's length (8 bytes, little-endian), the header (safetensors_header.hpp), the
/// elements. Tensors keep their names; their order is that of their bytes in the file, which is the stream's. They are
/// written one behind the other in the stream's order: the first at a multiple of 64, the others where the ones before
/// them end. `__metadata__` is lost.
namespace fedloom::model {

/// `malformed` when the header cannot be read, or when the tensors overlap, leave a gap, or do not fill the file;
/// `too_large` for a header above safetensors_text_limit, `unsupported` names the tensor whose type no model has.
domain::expected<std::unique_ptr<tensor_source>> open_safetensors(std::unique_ptr<byte_source> file);

/// `unsupported` for a name that cannot be written.
domain::expected<file_pieces> safetensors_pieces(const whole_model& model);

} // namespace fedloom::model
