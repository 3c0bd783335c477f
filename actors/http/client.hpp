#pragma once
#include "actors/http/event_parser.hpp"
#include "actors/http/message.hpp"
#include "messages/domain/chrono.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <stop_token>

namespace fedloom::http {

struct client_limits {
  domain::milliseconds connect{5000};
  domain::milliseconds stall{30000};                  ///< without a byte from or to the server; whole seconds
  std::uint64_t body_bytes = std::uint64_t{64} << 20; ///< of an answer that is held in memory
};

struct download_order {
  request what;
  std::filesystem::path file;
  /// The content's ETag, if it is known beforehand: then what an interrupted call left behind is continued.
  std::string etag{};
  /// Bytes that are there, and all bytes (0: unknown).
  std::function<void(std::uint64_t done, std::uint64_t whole)> progress{};
};

/// Asks HTTP servers; each call blocks its thread, uses a connection of its own, and can be cancelled by the stop token
/// within moments. Errors: `unavailable` if the server cannot be reached or the connection broke, `timed_out` at a
/// limit, `cancelled`, `too_large`, `malformed` for a URL that is none, `not_found` for a form's file.
class client {
public:
  explicit client(client_limits limits = {}, std::stop_token stop = {});

  domain::expected<answer> send(const request& what) const;

  /// Writes the body of a success (2xx) to `order.file`, atomically; any other answer comes with its body. What is on
  /// its way lies in <file>.part. A connection that breaks is made anew and continued where it stopped, as long as that
  /// brings further bytes. Besides the errors above `storage_full` and `storage_failed`.
  domain::expected<answer> download(const download_order& order) const;

  /// Hands each server-sent event to `take` as it comes, until it says false, or the stream ends. An answer that is not
  /// a success comes with its body.
  domain::expected<answer> listen(const request& what, const std::function<bool(const event&)>& take) const;

private:
  client_limits limits_;
  std::stop_token stop_;
};

} // namespace fedloom::http
