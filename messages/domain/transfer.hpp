#pragma once
#include "messages/domain/error.hpp"
#include "messages/domain/ids.hpp"

#include <cstdint>
#include <string>

namespace fedloom::domain {

/// Bulk bytes travel in chunks of this size, each a message of its own (measured: 1 MiB is the fastest over loopback).
inline constexpr std::uint64_t chunk_bytes = std::uint64_t{1} << 20;

/// Updates up to this length go along with their offer. A larger one waits for a grant: the receiver's memory must not
/// grow with the number of clients that finish at the same time.
inline constexpr std::uint64_t inline_update_bytes = std::uint64_t{64} << 10;

inline constexpr std::size_t package_signature_bytes = 1024;

/// A compute package as the mesh knows it: the bytes of its archive. All zero: none; a client uses its own.
struct package_ref {
  package_digest content;
  std::uint64_t bytes = 0; ///< length of the archive
  std::string signature{}; ///< minisign's text of it, at most package_signature_bytes; empty: not signed
  bool operator==(const package_ref&) const = default;
};

/// combiner -> controller, client -> combiner: send me this model's stream.
struct get_model {
  model_id model;
  transfer_id transfer;
  std::uint32_t from_chunk = 0;
  std::uint32_t credit = 0; ///< how many chunks the receiver takes before it grants more
  bool operator==(const get_model&) const = default;
};

/// combiner -> controller, client -> combiner: send me this package's archive.
struct get_package {
  package_digest package;
  transfer_id transfer;
  std::uint32_t from_chunk = 0;
  std::uint32_t credit = 0;
  bool operator==(const get_package&) const = default;
};

/// receiver -> sender: begin, or go on after a broken connection, at this chunk.
struct grant {
  transfer_id transfer;
  std::uint32_t from_chunk = 0;
  std::uint32_t credit = 0;
  bool operator==(const grant&) const = default;
};

/// receiver -> sender: this many chunks more.
struct credit {
  transfer_id transfer;
  std::uint32_t chunks = 0;
  bool operator==(const credit&) const = default;
};

/// sender -> receiver; the payload is the chunk, chunk_bytes long but for the last.
struct chunk {
  transfer_id transfer;
  std::uint32_t index = 0;
  digest content; ///< XXH3-128 of the payload
  bool operator==(const chunk&) const = default;
};

/// Either side: the transfer is over before its end.
struct abort_transfer {
  transfer_id transfer;
  error reason;
  bool operator==(const abort_transfer&) const = default;
};

} // namespace fedloom::domain
