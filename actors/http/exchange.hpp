#pragma once
#include "actors/http/client.hpp"

#include <memory>

/// One request and its answer through libcurl. Only for client.cpp and download.cpp.
namespace fedloom::http {

/// What is done with the body of a success.
class body_sink {
public:
  virtual ~body_sink() = default;
  /// Once, before the first byte.
  virtual domain::expected<void> begin(const answer& head) = 0;
  virtual domain::expected<void> write(std::string_view bytes) = 0;
};

struct exchange_order {
  const request& what;
  const client_limits& limits;
  body_sink* sink = nullptr; ///< nothing: into the answer
};

/// The error of `begin` or `write` ends the exchange and is its result.
domain::expected<answer> exchange(const exchange_order& order, const std::stop_token& stop);

inline bool is_success(int status) {
  return status >= 200 && status < 300;
}

} // namespace fedloom::http
