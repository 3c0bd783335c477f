#include "actors/model/npy.hpp"

#include <charconv>
#include <optional>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;
using namespace std::string_view_literals;

constexpr std::string_view magic = "\x93NUMPY"sv;

struct named_type {
  std::string_view code; ///< without the mark of the byte order
  dtype type;
};
constexpr named_type types[] = {
    {"f2", dtype::f16}, {"f4", dtype::f32}, {"f8", dtype::f64}, {"i1", dtype::i8},
    {"i2", dtype::i16}, {"i4", dtype::i32}, {"i8", dtype::i64}, {"u1", dtype::u8},
    {"u2", dtype::u16}, {"u4", dtype::u32}, {"u8", dtype::u64}, {"b1", dtype::boolean},
};

/// Just as much of Python's literals as stands in these headers. Every member answers false, or nothing, where the text
/// is something else.
class literal_reader {
public:
  explicit literal_reader(std::string_view text) : text_(text) {}

  bool accept(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) {
      return false;
    }
    text_.remove_prefix(word.size());
    return true;
  }

  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

  std::optional<std::string_view> string() {
    skip_blanks();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) {
      return std::nullopt;
    }
    const auto end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const auto inside = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return inside.find('\\') == std::string_view::npos ? std::optional(inside) : std::nullopt;
  }

  std::optional<bool> boolean() {
    if (accept("True")) {
      return true;
    }
    return accept("False") ? std::optional(false) : std::nullopt;
  }

  std::optional<std::vector<std::uint64_t>> tuple() {
    std::vector<std::uint64_t> values;
    if (!accept("(")) {
      return std::nullopt;
    }
    while (!accept(")")) {
      if (!values.empty() && !accept(",")) {
        return std::nullopt;
      }
      if (accept(")")) {
        break; // the comma behind the last, or only, element
      }
      std::uint64_t value = 0;
      skip_blanks();
      const auto [end, problem] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
      if (problem != std::errc{}) {
        return std::nullopt;
      }
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      accept("L"); // Python 2 wrote long integers so
      values.push_back(value);
    }
    return values;
  }

private:
  void skip_blanks() {
    const auto first = text_.find_first_not_of(" \t\r\n");
    text_.remove_prefix(first == std::string_view::npos ? text_.size() : first);
  }

  std::string_view text_;
};

/// Fills type and byte order from, for example, "<f4" or "|b1".
domain::expected<void> read_type(std::string_view descr, npy_header& header) {
  const auto refusal = [&](errc code) {
    return failure(code, "arrays of type '" + std::string(descr.substr(0, 32)) +
                             "' cannot be read: a model has floats, integers and booleans");
  };
  if (descr.size() < 2 || std::string_view("<>|=").find(descr.front()) == std::string_view::npos) {
    return refusal(errc::malformed);
  }
  for (const auto& row : types) {
    if (row.code == descr.substr(1)) {
      if (descr.front() == '|' && size_of(row.type) > 1) {
        return refusal(errc::malformed);
      }
      header.tensor.type = row.type;
      header.big_endian = descr.front() == '>';
      return {};
    }
  }
  return refusal(errc::unsupported);
}

enum key : unsigned { descr = 1, fortran_order = 2, shape = 4, every_key = 7 };

/// One `'key': value` of the dictionary; answers which.
domain::expected<key> read_entry(literal_reader& reader, npy_header& header) {
  const auto name = reader.string();
  if (name && reader.accept(":")) {
    if (*name == "descr") {
      if (reader.accept("[") || reader.accept("(")) {
        return failure(errc::unsupported, "structured arrays cannot be read: a model has plain tensors");
      }
      if (const auto text = reader.string()) {
        if (auto known = read_type(*text, header); !known) {
          return tl::unexpected(std::move(known.error()));
        }
        return descr;
      }
    } else if (*name == "fortran_order") {
      if (const auto flag = reader.boolean()) {
        header.fortran_order = *flag;
        return fortran_order;
      }
    } else if (*name == "shape") {
      if (auto values = reader.tuple()) {
        header.tensor.shape = std::move(*values);
        return shape;
      }
    }
  }
  return failure(errc::malformed, "the header of a NumPy array cannot be read");
}

} // namespace

domain::expected<npy_preamble> read_npy_preamble(std::string_view first_bytes) {
  if (first_bytes.size() < npy_preamble_bytes || !first_bytes.starts_with(magic)) {
    return failure(errc::malformed, "not a NumPy array: it does not begin with \\x93NUMPY");
  }
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(first_bytes[i])); };
  const auto version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    return failure(errc::unsupported, "NumPy arrays of format version " + std::to_string(version) + "." +
                                          std::to_string(byte(7)) + " cannot be read");
  }
  npy_preamble preamble{10, byte(8) | byte(9) << 8};
  if (version > 1) {
    preamble = {12, preamble.text_bytes | byte(10) << 16 | byte(11) << 24};
  }
  if (preamble.text_bytes > npy_text_limit) {
    return failure(errc::too_large, "the header of a NumPy array has " + std::to_string(preamble.text_bytes) +
                                        " bytes, the limit is " + std::to_string(npy_text_limit));
  }
  return preamble;
}

domain::expected<npy_header> read_npy_text(std::string_view text) {
  npy_header header;
  literal_reader reader(text);
  unsigned seen = 0;
  bool well_formed = reader.accept("{");
  while (well_formed && !reader.accept("}")) {
    const auto entry = read_entry(reader, header);
    if (!entry) {
      return tl::unexpected(entry.error());
    }
    well_formed = (seen & *entry) == 0;
    seen |= *entry;
    if (!reader.accept(",")) {
      well_formed = well_formed && reader.accept("}");
      break;
    }
  }
  if (!well_formed || seen != every_key || !reader.at_end()) {
    return failure(errc::malformed, "the header of a NumPy array cannot be read");
  }
  return header;
}

std::string npy_header_of(const tensor_spec& tensor) {
  constexpr std::size_t preamble_bytes = 10;
  std::string text = "{'descr': '";
  text += size_of(tensor.type) == 1 ? '|' : '<';
  for (const auto& row : types) {
    if (row.type == tensor.type) {
      text += row.code;
    }
  }
  text += "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(tensor.shape[i]);
  }
  text += tensor.shape.size() == 1 ? ",), }" : "), }";
  const auto length = (preamble_bytes + text.size() + 1 + 63) / 64 * 64 - preamble_bytes;
  text.resize(length - 1, ' ');
  text += '\n';
  std::string header(magic);
  header += {'\1', '\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  return header + text;
}

} // namespace fedloom::model
