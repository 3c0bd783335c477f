#include "services/runtime/multipart.hpp"

#include "services/runtime/url.hpp"

#include <cstring>

namespace fedloom::runtime {

namespace {

constexpr std::size_t max_head_bytes = 8192;
constexpr std::string_view line_end = "\r\n";

tl::unexpected<domain::error> malformed(const char* what) {
  return domain::failure(domain::errc::malformed, std::string{"the multipart body "} + what);
}

/// The value of the Content-Disposition line among a part's header lines.
std::optional<std::string_view> disposition_of(std::string_view head) {
  constexpr std::string_view name = "content-disposition:";
  while (!head.empty()) {
    const auto end = std::min(head.find(line_end), head.size());
    const auto line = head.substr(0, end);
    if (line.size() > name.size() && ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      return line.substr(name.size());
    }
    head.remove_prefix(std::min(end + line_end.size(), head.size()));
  }
  return std::nullopt;
}

/// `filename`, or RFC 5987's `filename*` which some senders use for names outside ASCII.
std::optional<std::string> file_name_of(std::string_view disposition) {
  const auto extended = header_parameter(disposition, "filename*");
  if (!extended) {
    return header_parameter(disposition, "filename");
  }
  const auto quote = extended->rfind('\'');
  return percent_decode(std::string_view{*extended}.substr(quote == std::string::npos ? 0 : quote + 1));
}

} // namespace

multipart_parser::multipart_parser(const std::string& boundary, multipart_sink& sink)
    : delimiter_("\r\n--" + boundary), sink_(sink),
      buffer_(line_end) // the first boundary may stand at the very beginning: now it looks like all others
{}

domain::expected<void> multipart_parser::feed(std::string_view bytes) {
  buffer_.append(bytes);
  for (;;) {
    const auto more = advance();
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return {};
    }
  }
}

domain::expected<void> multipart_parser::finish() const {
  if (state_ != state::end) {
    return malformed("ends before its last boundary");
  }
  return {};
}

domain::expected<bool> multipart_parser::advance() {
  switch (state_) {
  case state::preamble:
  case state::body:
    return read_until_boundary();
  case state::boundary:
    return read_boundary_end();
  case state::head:
    return read_head();
  case state::end:
    buffer_.clear(); // an epilogue means nothing
    return false;
  }
  return false;
}

domain::expected<bool> multipart_parser::read_until_boundary() {
  const auto at = buffer_.find(delimiter_);
  const bool found = at != std::string::npos;
  // Without a boundary in sight, the end of the buffer may still be the beginning of one.
  const auto sure = found ? at : buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
  if (state_ == state::body) {
    if (sure > 0) {
      if (auto taken = sink_.part_bytes(std::string_view{buffer_}.substr(0, sure)); !taken) {
        return tl::unexpected(taken.error());
      }
    }
    if (found) {
      if (auto ended = sink_.end_part(); !ended) {
        return tl::unexpected(ended.error());
      }
    }
  }
  buffer_.erase(0, found ? at + delimiter_.size() : sure);
  if (found) {
    state_ = state::boundary;
  }
  return found;
}

domain::expected<bool> multipart_parser::read_boundary_end() {
  const auto begin = buffer_.find_first_not_of(" \t");
  if (begin == std::string::npos || buffer_.size() - begin < 2) {
    return buffer_.size() > max_head_bytes ? domain::expected<bool>(malformed("has a boundary without an end")) : false;
  }
  const auto end = std::string_view{buffer_}.substr(begin, 2);
  if (end != "--" && end != line_end) {
    return malformed("has a boundary that is followed by other text");
  }
  state_ = end == "--" ? state::end : state::head;
  buffer_.erase(0, begin); // the line's end stays: it also begins the blank line of an empty head
  return true;
}

domain::expected<bool> multipart_parser::read_head() {
  const auto end = buffer_.find("\r\n\r\n");
  if (end > max_head_bytes && buffer_.size() > max_head_bytes) {
    return malformed("has a part with too long a head");
  }
  if (end == std::string::npos) {
    return false;
  }
  const auto head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  const auto disposition = disposition_of(head);
  const auto field = disposition ? header_parameter(*disposition, "name") : std::nullopt;
  if (!field) {
    return malformed("has a part without a name");
  }
  if (auto begun = sink_.begin_part(*field, file_name_of(*disposition)); !begun) {
    return tl::unexpected(begun.error());
  }
  state_ = state::body;
  return true;
}

} // namespace fedloom::runtime
