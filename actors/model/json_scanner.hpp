#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fedloom::model {

/// JSON, piece by piece, where it is known what must come next: so nothing nests deeper than the caller asks. Every
/// member answers false, or nothing, where the text is something else, and is of no more use then.
class json_scanner {
public:
  explicit json_scanner(std::string_view text) : text_(text) {}

  /// One of the marks { } [ ] : and comma.
  bool accept(char mark);
  /// Whether only blanks are left.
  bool at_end();
  /// Unescaped. Strict: UTF-8 without overlong forms and surrogates, no control character that is not escaped.
  std::optional<std::string> string();
  /// Without sign, fraction or exponent; nothing above 2^64 - 1.
  std::optional<std::uint64_t> whole_number();

private:
  void skip_blanks();
  bool unescape(std::string& into);
  std::optional<std::uint32_t> four_hex_digits();

  std::string_view text_;
};

/// In quotes; nothing when `text` is not UTF-8.
std::optional<std::string> json_string_of(std::string_view text);

} // namespace fedloom::model
