#include "actors/model/model_file.hpp"

#include "actors/model/byte_source.hpp"
#include "actors/model/npz.hpp"
#include "actors/model/raw.hpp"
#include "actors/model/safetensors.hpp"
#include "actors/model/stream_file.hpp"
#include "actors/model/whole_model.hpp"

#include <algorithm>
#include <iterator>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

using opened = domain::expected<std::unique_ptr<tensor_source>>;
using written = domain::expected<file_pieces>;

struct row {
  file_format format;
  std::string_view helper;
  std::string_view extension;
  opened (*open)(std::unique_ptr<byte_source> file);
  written (*pieces)(const whole_model& model);
};

template <dtype Type>
opened open_raw_of(std::unique_ptr<byte_source> file) {
  return open_raw(std::move(file), Type);
}

template <dtype Type>
written raw_pieces_of(const whole_model& model) {
  return raw_pieces(model, Type);
}

written stream_pieces(const whole_model& model) {
  file_pieces file;
  file.append(model.stream);
  return file;
}

/// In the order of the enumeration.
constexpr row table[] = {
    {file_format::npz, "numpyhelper", "npz", open_npz, npz_pieces},
    {file_format::bin, "binaryhelper", "bin", open_raw_of<dtype::f64>, raw_pieces_of<dtype::f64>},
    {file_format::f32, "androidhelper", "f32", open_raw_of<dtype::f32>, raw_pieces_of<dtype::f32>},
    {file_format::safetensors, "safetensors", "safetensors", open_safetensors, safetensors_pieces},
    {file_format::flm, "flm", "flm", open_stream_file, stream_pieces},
};

const row& row_of(file_format format) {
  return table[static_cast<std::size_t>(format)];
}

/// "numpyhelper, binaryhelper or flm"
std::string choices(std::string_view row::*name, std::string_view mark) {
  std::string text;
  for (std::size_t i = 0; i < std::size(table); ++i) {
    text += i == 0 ? "" : i + 1 < std::size(table) ? ", " : " or ";
    text += mark;
    text += table[i].*name;
  }
  return text;
}

domain::expected<model_reader> open_as(std::unique_ptr<byte_source> file, file_format format, std::uint64_t limit_bytes,
                                       const std::string& name) {
  auto source = row_of(format).open(std::move(file));
  if (!source) {
    return failure(source.error().code, (name.empty() ? name : name + ": ") + source.error().text);
  }
  return model_reader::open(std::move(*source), limit_bytes, name);
}

} // namespace

std::vector<file_format> file_formats() {
  std::vector<file_format> formats;
  std::ranges::transform(table, std::back_inserter(formats), &row::format);
  return formats;
}

std::string_view helper_name(file_format format) {
  return row_of(format).helper;
}

std::string_view extension(file_format format) {
  return row_of(format).extension;
}

domain::expected<file_format> format_named(std::string_view name) {
  for (const auto& each : table) {
    if (name == each.helper || name == each.extension) {
      return each.format;
    }
  }
  return failure(errc::malformed, '"' + std::string(name.substr(0, 80)) + "\" is no format of models; it must be " +
                                      choices(&row::helper, "") + ", or " + choices(&row::extension, ""));
}

domain::expected<file_format> format_of(const std::filesystem::path& file) {
  const auto ending = file.extension().string();
  for (const auto& each : table) {
    if (!ending.empty() && std::string_view(ending).substr(1) == each.extension) {
      return each.format;
    }
  }
  return failure(errc::malformed, '"' + file.filename().string() + "\" does not end with " +
                                      choices(&row::extension, ".") + ": name it so, or say which helper wrote it");
}

domain::expected<model_reader> open_model(const std::filesystem::path& file, file_format format,
                                          std::uint64_t limit_bytes) {
  return open_source(file).and_then(
      [&](auto source) { return open_as(std::move(source), format, limit_bytes, file.string()); });
}

domain::expected<model_reader> open_model(domain::byte_span file, file_format format, std::uint64_t limit_bytes) {
  return open_as(open_source(file), format, limit_bytes, {});
}

domain::expected<std::vector<std::byte>> read_model(const std::filesystem::path& file, file_format format,
                                                    std::uint64_t limit_bytes) {
  return open_model(file, format, limit_bytes).and_then([](model_reader reader) { return reader.read_rest(); });
}

domain::expected<std::vector<std::byte>> read_model(domain::byte_span file, file_format format,
                                                    std::uint64_t limit_bytes) {
  return open_model(file, format, limit_bytes).and_then([](model_reader reader) { return reader.read_rest(); });
}

domain::expected<file_pieces> model_as(const domain::shared_bytes& stream, file_format format) {
  return take_apart(stream).and_then([&](const whole_model& model) { return row_of(format).pieces(model); });
}

domain::expected<void> write_model(domain::byte_span stream, file_format format, const std::filesystem::path& file) {
  return model_as({nullptr, stream}, format).and_then([&](const file_pieces& pieces) { return pieces.write_to(file); });
}

} // namespace fedloom::model
