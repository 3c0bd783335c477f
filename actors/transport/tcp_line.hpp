#pragma once
#include "messages/domain/chrono.hpp"

#include <array>
#include <optional>

namespace fedloom::transport {

/// The TCP connection that a peer's messages come over. ZeroMQ tells of whole messages only, and over a slow link one
/// chunk may take longer than a lease; the kernel knows when the last byte of it came.
class tcp_line {
public:
  /// A message came over this descriptor, which is ZeroMQ's: it may be closed and used again at any time, so it is
  /// known by the address at its other end as well. Negative: not TCP.
  void met(int descriptor);
  /// How long ago the last byte came; nothing when that cannot be said (any more).
  std::optional<domain::milliseconds> quiet_for() const;

private:
  using address = std::array<char, 128>; ///< any sockaddr, padded with zeros
  static std::optional<address> far_end_of(int descriptor);

  int descriptor_ = -1;
  address far_end_{};
};

} // namespace fedloom::transport
