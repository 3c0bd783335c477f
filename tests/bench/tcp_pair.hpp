#pragma once
#include "messages/domain/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace fedloom::bench {

/// A plain TCP connection over loopback with both ends in this process. Each end may be used by one thread.
class tcp_pair {
public:
  tcp_pair();
  ~tcp_pair();
  tcp_pair(const tcp_pair&) = delete;
  tcp_pair& operator=(const tcp_pair&) = delete;

  int near() const noexcept { return near_; }
  int far() const noexcept { return far_; }

private:
  int near_ = -1;
  int far_ = -1;
};

inline constexpr std::size_t tcp_write_bytes = std::size_t{1} << 20;

/// Writes `total` bytes in writes of 1 MiB, from `source` again and again. Blocks. Throws bench_failure.
void write_bytes(int socket, domain::byte_span source, std::uint64_t total);
/// Reads and forgets `total` bytes.
void read_bytes(int socket, std::span<std::byte> into, std::uint64_t total);

} // namespace fedloom::bench
