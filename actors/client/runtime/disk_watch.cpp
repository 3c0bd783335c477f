#include "actors/client/runtime/disk_watch.hpp"

namespace fedloom::client {
namespace {
constexpr std::chrono::seconds between_looks{1};
}

disk_watch::disk_watch(const confinement& within) : within_(within) {
  if (within.disk_bytes > 0) {
    before_ = bytes_below(within.counted_folders);
    next_ = std::chrono::steady_clock::now() + between_looks;
  }
}

bool disk_watch::finds_too_much() {
  using clock = std::chrono::steady_clock;
  if (clock::now() < next_)
    return false;
  const bool too_much = bytes_below(within_.counted_folders) > before_ + within_.disk_bytes;
  next_ = too_much ? clock::time_point::max() : clock::now() + between_looks;
  return too_much;
}

} // namespace fedloom::client
