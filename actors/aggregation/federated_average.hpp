#pragma once
#include "actors/aggregation/fixed_point.hpp"
#include "actors/aggregation/server_optimizer.hpp"
#include "actors/model/stream.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace fedloom::aggregation {

/// An update in the pieces in which it arrived: consecutive chunks of one model stream, each but the last chunk_bytes
/// long. (Any multiple of tensor_alignment is taken, so that no element straddles two pieces.)
using pieces = std::vector<domain::shared_bytes>;

/// What a server optimiser's step starts from.
struct step_source {
  domain::byte_span global;  ///< a whole stream with the sum's head
  domain::byte_span state;   ///< the stream that the step before made; empty: this is the first
  std::uint64_t divisor = 0; ///< of the mean, as for `average`
};

/// Where the step's streams go, of whatever content before: stream_bytes() and state_bytes().
struct step_target {
  std::span<std::byte> model;
  std::span<std::byte> state;
  /// Called every MiB of the model or so, and at the end, with the bytes from the start of each that are final.
  std::function<void(std::size_t model, std::size_t state)> made;
};

/// The running sum of one combiner's part: one int64 per element, tensors in manifest order without padding. Owns
/// 8 * elements bytes; not thread-safe.
class accumulator {
public:
  /// `head` is the global model's stream head: an update whose head differs is refused. `total_weight` bounds the sum
  /// of all weights, here and in whatever this sum is merged with; who was not told it takes
  /// weight_bound(scales.precision). A head or scale table that cannot be used (`fault`) makes an empty accumulator
  /// that refuses everything.
  accumulator(domain::shared_bytes head, domain::scale_table scales, std::uint64_t total_weight);

  /// Why the head or the scale table cannot be used, or none.
  const domain::error& fault() const noexcept { return fault_; }

  /// Checks a whole update without touching the sum: malformed, wrong_shape, wrong_dtype, not_finite, out_of_range.
  /// (I-9) needed_exponent is set for out_of_range in float tensors: the update passes in a round in which every tensor
  /// has at least this exponent.
  struct verdict {
    domain::error reason;
    std::int32_t needed_exponent = 0;
  };
  verdict check(const pieces& update) const;

  /// True iff this weight is at least 1 and does not exceed what is left of the total weight.
  bool admits(std::uint64_t weight) const noexcept;
  /// Adds an update that passed `check`, with a weight that this `admits`; anything else is a programmer's mistake.
  void add(const pieces& update, std::uint64_t weight);
  /// Adds another part's sum, little-endian int64, in consecutive pieces whose lengths are multiples of 8. Refused
  /// without touching the sum: `malformed` when the lengths differ, `bad_weight` for a weight that is not admitted,
  /// `out_of_range` when no updates of this weight can have such a sum.
  domain::expected<void> add_sum(const pieces& sum, std::uint64_t weight);

  std::uint64_t weight() const noexcept { return weight_; }
  const std::vector<std::int64_t>& sum() const noexcept { return sum_; }
  std::vector<std::int64_t> take_sum() { return std::move(sum_); }

  /// Adds a share of `model` (a whole stream with the same head) to the mean that `average` answers for a divisor of
  /// `share.of`. So updates that were trained from other models than the round's count by what they changed in those:
  ///
  ///     sum over updates of w * (update - parent) / divisor + global
  ///       = sum / divisor - sum over parents of (w of parent / divisor) * parent + global
  ///
  /// Integer types are exact. Floats are added in double, models in an order that the caller must fix by what they are
  /// (I-11), and so the mean keeps the error bound of `mean`, which parents rounded to the sum's scale would not.
  /// Refused without touching anything: `wrong_shape`, `wrong_dtype`, `malformed` for another head or length,
  /// `not_finite`, `out_of_range`.
  domain::expected<void> shift_mean(domain::byte_span model, const model_share& share);

  /// The new global model's stream: the mean with the server learning rate applied to `global` (a whole stream with the
  /// same head). Requires weight() >= 1. The mean is the sum over `divisor`, which is at least weight(); 0 stands for
  /// that.
  std::vector<std::byte> average(domain::byte_span global, double rate, std::uint64_t divisor = 0) const;
  /// The same into `out`, of stream_bytes() length and whatever content. `made` is called every MiB or so, and at the
  /// end, with the number of bytes from the start that are final.
  void average(domain::byte_span global, double rate, std::uint64_t divisor, std::span<std::byte> out,
               const std::function<void(std::size_t)>& made) const;
  std::uint64_t stream_bytes() const noexcept { return stream_bytes_; }

  /// The new global model's stream by a server optimiser, and the optimiser's new state as a model stream of its own
  /// (state_manifest). fedavg is `average` and has no state. One pass over memory; the same bytes on each kind of
  /// processor (I-11). Requires what `average` does, and options without fault. A failure leaves the targets unusable;
  /// source and sum are never touched: `not_finite` when a result is NaN or leaves its type's range, `malformed`,
  /// `wrong_shape`, `wrong_dtype` for a state that is not one of this optimiser and these models.
  domain::expected<void> step(const server_optimizer& how, const step_source& from, const step_target& to) const;
  /// 0: this optimiser keeps nothing about such models.
  std::uint64_t state_bytes(const server_optimizer& how) const;

private:
  /// Where a tensor lies in a stream and in the sum.
  struct place {
    fold_range range;
    std::uint64_t stream_offset = 0; ///< bytes from the stream's start
    std::uint64_t bytes = 0;
    std::uint64_t first_element = 0;
    std::uint64_t elements = 0;
  };

  class stepper;

  domain::error difference_of_head(const pieces& update) const;
  domain::error fault_of_share(domain::byte_span model, const model_share& share) const;
  domain::error fault_of_sum(const pieces& sum, std::uint64_t weight) const;
  template <class Visit>
  void for_each_range(const pieces& update, Visit visit) const;
  template <class Visit>
  static void for_each_sum(const pieces& sum, Visit visit);

  domain::shared_bytes head_;
  model::manifest what_;
  domain::scale_table scales_;
  std::uint64_t total_weight_;
  domain::error fault_;
  std::vector<place> places_;
  std::uint64_t stream_bytes_ = 0;
  std::uint64_t weight_ = 0;
  std::vector<std::int64_t> sum_;
  std::vector<double> shift_; ///< of each float element's mean; empty: none
};

} // namespace fedloom::aggregation
