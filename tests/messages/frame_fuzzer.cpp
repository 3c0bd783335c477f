#include "messages/codec/record.hpp"
#include "tests/messages/samples.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

/// Feeds bytes to everything that reads bytes from outside. An input is one number byte-pair, the frame's length, then
/// the frame, then the payload. Beyond not crashing, what was understood must be sayable: it is encoded and read again.
/// Start it without a corpus: the mutator begins with one real message of every kind.
///
///   cmake --preset fuzz && ninja -C build/fuzz frame_fuzzer && build/fuzz/bin/frame_fuzzer -max_len=16384
using namespace fedloom;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using bytes = std::vector<std::uint8_t>;

bytes input_of(const codec::wire_message& wire) {
  bytes input{static_cast<std::uint8_t>(wire.frame.size() & 0xff), static_cast<std::uint8_t>(wire.frame.size() >> 8)};
  for (const auto part : {domain::byte_span(wire.frame), wire.payload.span()}) {
    for (const auto byte : part) {
      input.push_back(static_cast<std::uint8_t>(byte));
    }
  }
  return input;
}

const std::vector<bytes>& seeds() {
  static const auto all = [] {
    std::vector<bytes> made;
    for (const auto& sample : test::sample_messages()) {
      made.push_back(input_of(*codec::encode(sample)));
    }
    made.push_back(input_of({{}, domain::shared_bytes::adopt(codec::encode(test::sample_round_record()))}));
    made.push_back(input_of({{}, domain::shared_bytes::adopt(codec::encode(test::sample_session_record()))}));
    return made;
  }();
  return all;
}

void demand(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
  }
}

void read_frame(domain::byte_span frame, domain::byte_span payload) {
  const auto got = codec::decode(frame, domain::shared_bytes::copy_of(payload));
  if (!got) {
    demand(got.error().code == domain::errc::malformed || got.error().code == domain::errc::wrong_version ||
               got.error().code == domain::errc::too_large,
           "a refusal is malformed, wrong_version or too_large");
    return;
  }
  const auto said = codec::encode(*got);
  demand(said.has_value(), "what was understood can be said");
  const auto again = codec::decode(said->frame, said->payload);
  demand(again.has_value(), "what is said is understood");
  // Compared as bytes: a metric may be NaN, which equals nothing.
  const auto twice = codec::encode(*again);
  demand(twice && twice->frame == said->frame && twice->payload == said->payload, "it means the same");
}

void read_records(domain::byte_span payload) {
  if (const auto round = codec::decode_round(payload)) {
    demand(codec::decode_round(codec::encode(*round)).has_value(), "a round record can be written again");
  }
  if (const auto session = codec::decode_session(payload)) {
    demand(codec::decode_session(codec::encode(*session)).has_value(), "a session record can be written again");
  }
  (void)codec::decode_model(payload);
  (void)codec::decode_client(payload);
  (void)codec::decode_combiner(payload);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const domain::byte_span rest{reinterpret_cast<const std::byte*>(data) + 2, size - 2};
  const auto frame_bytes = std::min<std::size_t>(data[0] | static_cast<unsigned>(data[1]) << 8, rest.size());
  read_frame(rest.first(frame_bytes), rest.subspan(frame_bytes));
  read_records(rest.subspan(frame_bytes));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  if (size < 16 || seed % 256 == 0) {
    const auto& start = seeds()[seed / 256 % seeds().size()];
    size = std::min(start.size(), max_size);
    std::memcpy(data, start.data(), size);
    return size;
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
