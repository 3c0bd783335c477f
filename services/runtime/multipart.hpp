#pragma once
#include "messages/domain/expected.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fedloom::runtime {

/// Receives the parts of a form as they arrive. An error ends the parsing and comes out of `feed`.
class multipart_sink {
public:
  virtual ~multipart_sink() = default;
  /// `file`: the file's name if the part is a file.
  virtual domain::expected<void> begin_part(const std::string& field, const std::optional<std::string>& file) = 0;
  virtual domain::expected<void> part_bytes(std::string_view bytes) = 0;
  virtual domain::expected<void> end_part() = 0;
};

/// Reads multipart/form-data (RFC 7578) in pieces of any length, in memory of the order of one piece. One thread.
class multipart_parser {
public:
  multipart_parser(const std::string& boundary, multipart_sink& sink);

  /// `malformed` says what is wrong.
  domain::expected<void> feed(std::string_view bytes);
  /// `malformed` if the last boundary has not been seen.
  domain::expected<void> finish() const;

private:
  enum class state : std::uint8_t { preamble, boundary, head, body, end };

  /// Each consumes from buffer_; false: needs more bytes.
  domain::expected<bool> advance();
  domain::expected<bool> read_until_boundary();
  domain::expected<bool> read_boundary_end();
  domain::expected<bool> read_head();

  const std::string delimiter_; ///< CR LF -- boundary
  multipart_sink& sink_;
  std::string buffer_;
  state state_ = state::preamble;
};

} // namespace fedloom::runtime
