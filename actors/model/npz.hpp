#pragma once
#include "actors/model/byte_source.hpp"
#include "actors/model/file_pieces.hpp"
#include "actors/model/model_reader.hpp"
#include "actors/model/whole_model.hpp"

/// NumPy's .npz as FEDn's numpyhelper writes it: members "0.npy", "1.npy", ... give tensors named "0", "1", ... in
/// numeric order; other names (numpy.savez's own "arr_0", or a framework's) keep theirs, in the file's order, after
/// them. Stored and deflated members are read, stored ones written; big-endian and Fortran-ordered arrays become what
/// the stream holds. Arrays of objects, structures, complex numbers and text are `unsupported`, damaged files
/// `malformed`.
namespace fedloom::model {

/// Memory does not grow with the file, but for Fortran-ordered arrays, which are held one at a time.
domain::expected<std::unique_ptr<tensor_source>> open_npz(std::unique_ptr<byte_source> file);

/// `unsupported` for a name that no archive can hold.
domain::expected<file_pieces> npz_pieces(const whole_model& model);

/// In one go: as open_model, read_model, model_as and write_model (model_file.hpp) for this format.
domain::expected<std::vector<std::byte>> stream_from_npz(const std::filesystem::path& file,
                                                         std::uint64_t limit_bytes = model_bytes_limit);
domain::expected<std::vector<std::byte>> stream_from_npz(domain::byte_span file,
                                                         std::uint64_t limit_bytes = model_bytes_limit);
domain::expected<void> write_npz(domain::byte_span stream, const std::filesystem::path& file);
domain::expected<std::vector<std::byte>> npz_from_stream(domain::byte_span stream);

} // namespace fedloom::model
