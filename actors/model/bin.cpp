#include "actors/model/bin.hpp"

#include "actors/model/new_file.hpp"
#include "actors/model/stream.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

domain::expected<std::vector<std::byte>> blank_bin(std::uint64_t bytes, std::uint64_t limit_bytes) {
  const manifest what{{tensor_spec{"0", dtype::u8, {bytes}}}};
  if (auto fits = within(what, limit_bytes); !fits) {
    return tl::unexpected(std::move(fits.error()));
  }
  return blank_stream(what);
}

} // namespace

domain::expected<std::vector<std::byte>> stream_from_bin(const std::filesystem::path& file, std::uint64_t limit_bytes) {
  std::error_code problem;
  const auto bytes = std::filesystem::file_size(file, problem);
  if (problem) {
    return failure(errc::not_found, "cannot read " + file.string() + ": " + problem.message());
  }
  auto stream = blank_bin(bytes, limit_bytes);
  if (!stream) {
    return stream;
  }
  std::ifstream input(file, std::ios::binary);
  input.read(reinterpret_cast<char*>(data_of(*stream).data()), static_cast<std::streamsize>(bytes));
  if (!input || input.gcount() != static_cast<std::streamsize>(bytes)) {
    return failure(errc::storage_failed, "cannot read " + file.string());
  }
  return stream;
}

domain::expected<std::vector<std::byte>> stream_from_bin(domain::byte_span file, std::uint64_t limit_bytes) {
  auto stream = blank_bin(file.size(), limit_bytes);
  if (stream) {
    std::ranges::copy(file, data_of(*stream).begin());
  }
  return stream;
}

domain::expected<domain::byte_span> bin_from_stream(domain::byte_span stream) {
  const auto view = read_stream(stream);
  if (!view) {
    return tl::unexpected(view.error());
  }
  const auto& tensors = view->what.tensors;
  if (tensors.size() != 1 || tensors[0].type != dtype::u8) {
    return failure(errc::unsupported, "only a model of one uint8 tensor can be written as .bin");
  }
  return view->data.first(tensors[0].bytes());
}

domain::expected<void> write_bin(domain::byte_span stream, const std::filesystem::path& file) {
  const auto bytes = bin_from_stream(stream);
  if (!bytes) {
    return tl::unexpected(bytes.error());
  }
  new_file output(file);
  std::ofstream out(output.path(), std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
  out.close();
  if (!out) {
    return failure(errc::storage_failed, "cannot write " + file.string());
  }
  return output.commit();
}

} // namespace fedloom::model
