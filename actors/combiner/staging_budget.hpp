#pragma once
#include <algorithm>
#include <cstdint>

namespace fedloom::combiner {

/// Bytes of uploads that may be held before they are folded, over all collections of a combiner: twice the largest open
/// model, at least 32 MB, whatever the number of clients.
class staging_budget {
public:
  static constexpr std::uint64_t least = std::uint64_t{32} << 20;

  void allow_for(std::uint64_t model_bytes) { limit_ = std::max({limit_, least, 2 * model_bytes}); }
  void forget_limit() { limit_ = least; }

  /// True: the bytes are taken. One upload is always let in, so that a budget smaller than an update cannot stop the
  /// round.
  bool take(std::uint64_t bytes) {
    if (used_ > 0 && used_ + bytes > limit_) {
      return false;
    }
    used_ += bytes;
    return true;
  }
  void give_back(std::uint64_t bytes) { used_ -= std::min(bytes, used_); }
  std::uint64_t used() const noexcept { return used_; }
  std::uint64_t limit() const noexcept { return limit_; }

private:
  std::uint64_t limit_ = least;
  std::uint64_t used_ = 0;
};

} // namespace fedloom::combiner
