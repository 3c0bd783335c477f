#pragma once
#include "actors/model/file_pieces.hpp"
#include "actors/model/model_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Models as files: one door to all formats. A new format is one row of the table in model_file.cpp.
namespace fedloom::model {

enum class file_format : std::uint8_t {
  npz,         ///< FEDn's numpyhelper (npz.hpp)
  bin,         ///< FEDn's binaryhelper: float64 elements (raw.hpp)
  f32,         ///< FEDn's androidhelper: float32 elements (raw.hpp)
  safetensors, ///< Hugging Face's format (safetensors.hpp)
  flm,         ///< the model stream itself (stream.hpp)
};

/// Every format, in the order in which they are offered to people.
std::vector<file_format> file_formats();
/// "numpyhelper", "binaryhelper", "androidhelper", "safetensors" or "flm".
std::string_view helper_name(file_format format);
/// "npz", "bin", "f32", "safetensors" or "flm"; also the format's name in `format=`.
std::string_view extension(file_format format);

/// From a helper's name or an extension without its dot; `malformed` lists what there is.
domain::expected<file_format> format_named(std::string_view name);
/// From a file's name; `malformed` lists the endings that are known.
domain::expected<file_format> format_of(const std::filesystem::path& file);

/// Opens a model in constant memory: `not_found` without the file, else as model_reader::open and the format say.
domain::expected<model_reader> open_model(const std::filesystem::path& file, file_format format,
                                          std::uint64_t limit_bytes = model_bytes_limit);
/// `file` must outlive the reader.
domain::expected<model_reader> open_model(domain::byte_span file, file_format format,
                                          std::uint64_t limit_bytes = model_bytes_limit);

/// The whole stream of a model.
domain::expected<std::vector<std::byte>> read_model(const std::filesystem::path& file, file_format format,
                                                    std::uint64_t limit_bytes = model_bytes_limit);
domain::expected<std::vector<std::byte>> read_model(domain::byte_span file, file_format format,
                                                    std::uint64_t limit_bytes = model_bytes_limit);

/// The file for a model, around views on `stream`; the same bytes each time. `malformed` when it is no whole stream,
/// `unsupported` when the format cannot hold such a model.
domain::expected<file_pieces> model_as(const domain::shared_bytes& stream, file_format format);
/// The same, on disk: atomically. `storage_full` or `storage_failed` name the file.
domain::expected<void> write_model(domain::byte_span stream, file_format format, const std::filesystem::path& file);

} // namespace fedloom::model
