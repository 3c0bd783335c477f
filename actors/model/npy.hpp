#pragma once
#include "actors/model/manifest.hpp"

#include <string>
#include <string_view>

/// The header of NumPy's .npy format, versions 1.0, 2.0 and 3.0: magic, version, length, and a Python dictionary as
/// text, for example {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
namespace fedloom::model {

/// Longest dictionary that is read; NumPy itself refuses far shorter ones from strangers.
inline constexpr std::size_t npy_text_limit = 65536;

/// What the first bytes say about the dictionary that follows.
struct npy_preamble {
  std::size_t bytes = 0; ///< where the dictionary begins
  std::size_t text_bytes = 0;
};
/// Needs the first npy_preamble_bytes of the file. `malformed` without the magic, `unsupported` for a later version.
inline constexpr std::size_t npy_preamble_bytes = 12;
domain::expected<npy_preamble> read_npy_preamble(std::string_view first_bytes);

struct npy_header {
  tensor_spec tensor; ///< its name is left empty
  bool big_endian = false;
  bool fortran_order = false;
};
/// Reads the dictionary. `unsupported` for object, structured, complex, text and date types, `malformed` otherwise.
domain::expected<npy_header> read_npy_text(std::string_view text);

/// The complete header, version 1.0, of a little-endian array in C order: a multiple of 64 bytes.
std::string npy_header_of(const tensor_spec& tensor);

} // namespace fedloom::model
