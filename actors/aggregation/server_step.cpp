// One step of a server optimiser: sum and state in, model and state out.
#include "actors/aggregation/federated_average.hpp"
#include "actors/aggregation/kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

namespace fedloom::aggregation {

using domain::errc;

namespace {

constexpr std::size_t block_elements = 4096; ///< few enough for the second cache
constexpr std::size_t report_bytes = std::size_t{1} << 20;

step_constants constants_of(const server_optimizer& how) {
  if (const auto* momentum = std::get_if<fedavgm>(&how)) {
    return {step_rule::momentum, momentum->learning_rate, momentum->beta, 0, 0};
  }
  const auto& opt = std::get<fedopt>(how);
  const auto rule = opt.serveropt == adaptive_rule::adam   ? step_rule::adam
                    : opt.serveropt == adaptive_rule::yogi ? step_rule::yogi
                                                           : step_rule::adagrad;
  return {rule, opt.learning_rate, opt.beta1, opt.beta2, opt.tau};
}

/// Where things lie in a state's stream.
struct state_layout {
  state_layout(const server_optimizer& how, const model::manifest& of)
      : what(state_manifest(how, of)), offsets(what.offsets()) {
    if (!what.tensors.empty()) {
      head = model::head_of(what);
      bytes = head.size() + what.data_bytes();
    }
  }

  domain::error fault_of(domain::byte_span stream) const {
    const bool fits = stream.size() == bytes && std::ranges::equal(stream.first(head.size()), head);
    if (stream.empty() || fits) {
      return {};
    }
    const auto read = model::read_stream(stream, true, state_limits());
    auto reason = read ? model::difference(what, read->what) : read.error();
    if (reason.code == errc::none) {
      reason = {errc::malformed, "its length or head is another"};
    }
    return {reason.code, "this is no state of the session's aggregator: " + reason.text};
  }

  std::uint64_t offset_of(std::size_t tensor) const { return head.size() + offsets[tensor]; }

  model::manifest what;
  std::vector<std::uint64_t> offsets; ///< behind the head
  std::vector<std::byte> head;
  std::uint64_t bytes = 0;
};

/// A block of one value, as a state's tensor holds it.
std::vector<std::byte> block_of(model::dtype type, double value) {
  const auto size = model::size_of(type);
  std::vector<std::byte> block(block_elements * size);
  const auto narrow = static_cast<float>(value);
  for (std::size_t at = 0; at < block.size(); at += size) {
    std::memcpy(&block[at], type == model::dtype::f64 ? static_cast<const void*>(&value) : &narrow, size);
  }
  return block;
}

/// A stream that is filled from its start on, with zeros between the tensors.
class growing_stream {
public:
  growing_stream(std::span<std::byte> bytes, domain::byte_span head) : bytes_(bytes), end_(head.size()) {
    std::ranges::copy(head, bytes.begin());
  }
  /// Where the next tensor is to be written: `size` bytes at `offset`.
  std::byte* claim(std::uint64_t offset, std::uint64_t size) {
    std::ranges::fill(bytes_.subspan(end_, offset - end_), std::byte{0});
    end_ = offset + size;
    return bytes_.data() + offset;
  }
  void finish() { claim(bytes_.size(), 0); }

private:
  std::span<std::byte> bytes_;
  std::size_t end_;
};

/// The old state of one of its tensors, block by block; before the first step, the same block again and again.
class old_state {
public:
  old_state(domain::byte_span state, std::uint64_t offset, model::dtype type, double first)
      : size_(model::size_of(type)) {
    if (state.empty()) {
      block_ = block_of(type, first);
    } else {
      elements_ = state.data() + offset;
    }
  }
  const std::byte* at(std::uint64_t element) const {
    return elements_ == nullptr ? block_.data() : elements_ + element * size_;
  }

private:
  std::size_t size_;
  const std::byte* elements_ = nullptr;
  std::vector<std::byte> block_;
};

} // namespace

/// A step under way, tensor by tensor.
class accumulator::stepper {
public:
  stepper(const accumulator& sum, const server_optimizer& how, state_layout layout, const step_source& from,
          const step_target& to)
      : sum_(sum), from_(from), to_(to), layout_(std::move(layout)), constants_(constants_of(how)),
        weight_(from.divisor == 0 ? sum.weight_ : from.divisor), model_(to.model, sum.head_.span()),
        state_(to.state, layout_.head) {}

  /// False when a result does not fit.
  bool advance(const place& tensor) {
    if (model::is_float(tensor.range.type)) {
      return advance_float(tensor);
    }
    auto* const next = model_.claim(tensor.stream_offset, tensor.bytes);
    mean(tensor.range, std::span(sum_.sum_).subspan(tensor.first_element, tensor.elements), weight_, {}, 1.0,
         {next, tensor.bytes});
    return true;
  }

  void finish() {
    model_.finish();
    state_.finish();
    to_.made(to_.model.size(), to_.state.size());
  }

private:
  bool advance_float(const place& tensor) {
    const bool has_v = constants_.rule != step_rule::momentum;
    const auto kept = layout_.what.tensors[slot_]; // v, where there is one, has the same type and shape
    const auto m_offset = layout_.offset_of(slot_);
    const auto v_offset = has_v ? layout_.offset_of(slot_ + 1) : m_offset;
    slot_ += has_v ? 2 : 1;
    const old_state m(from_.state, m_offset, kept.type, 0);
    const old_state v(from_.state, v_offset, kept.type, constants_.tau * constants_.tau);
    auto* const next = model_.claim(tensor.stream_offset, tensor.bytes);
    auto* const next_m = state_.claim(m_offset, kept.bytes());
    auto* const next_v = has_v ? state_.claim(v_offset, kept.bytes()) : next_m;
    const auto size = model::size_of(tensor.range.type);
    const auto state_size = model::size_of(kept.type);
    const auto& kernels = best_kernels().of(tensor.range.type);
    mean_scale by{unscale_of(tensor.range), weight_, 1.0, nullptr};
    for (std::uint64_t done = 0; done < tensor.elements;) {
      const auto count = std::min<std::uint64_t>(block_elements, tensor.elements - done);
      const auto element = tensor.first_element + done;
      by.shift = sum_.shift_.empty() ? nullptr : &sum_.shift_[element];
      const step_elements block{&sum_.sum_[element],
                                from_.global.data() + tensor.stream_offset + done * size,
                                m.at(done),
                                v.at(done),
                                next + done * size,
                                next_m + done * state_size,
                                next_v + done * state_size};
      if (!kernels.step(block, count, by, constants_)) {
        return false;
      }
      done += count;
      // v lies behind all of m: what is final ends in m until both are.
      tell(tensor.stream_offset + done * size,
           done == tensor.elements ? v_offset + kept.bytes() : m_offset + done * state_size);
    }
    return true;
  }

  void tell(std::size_t model_end, std::size_t state_end) {
    if (model_end - told_ >= report_bytes) {
      to_.made(told_ = model_end, state_end);
    }
  }

  const accumulator& sum_;
  const step_source& from_;
  const step_target& to_;
  state_layout layout_;
  step_constants constants_;
  std::uint64_t weight_;
  growing_stream model_;
  growing_stream state_;
  std::size_t slot_ = 0; ///< the next of the state's tensors
  std::size_t told_ = 0;
};

std::uint64_t accumulator::state_bytes(const server_optimizer& how) const {
  return state_layout(how, what_).bytes;
}

domain::expected<void> accumulator::step(const server_optimizer& how, const step_source& from,
                                         const step_target& to) const {
  assert(weight_ >= 1 && (from.divisor == 0 || from.divisor >= weight_));
  assert(from.global.size() == stream_bytes_ && std::ranges::equal(from.global.first(head_.size()), head_.span()));
  state_layout layout(how, what_);
  assert(to.model.size() == stream_bytes_ && to.state.size() == layout.bytes);
  if (auto fault = layout.fault_of(from.state); fault.code != errc::none) {
    return tl::unexpected(std::move(fault));
  }
  if (const auto* plain = std::get_if<fedavg>(&how)) {
    average(from.global, plain->learning_rate, from.divisor, to.model, [&](std::size_t made) { to.made(made, 0); });
    return {};
  }
  stepper run(*this, how, std::move(layout), from, to);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (!run.advance(places_[i])) {
      return domain::failure(errc::not_finite, "tensor " + std::to_string(i) + " \"" + what_.tensors[i].name +
                                                   "\" leaves the range of " +
                                                   std::string(model::to_string(what_.tensors[i].type)) +
                                                   " by the server optimiser's step");
    }
  }
  run.finish();
  return {};
}

} // namespace fedloom::aggregation
