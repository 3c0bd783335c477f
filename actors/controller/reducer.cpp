#include "actors/controller/reducer.hpp"

#include "actors/controller/growing_blob.hpp"
#include "actors/kernel/crash_point.hpp"
#include "actors/model/stream.hpp"
#include "actors/transfer/digests.hpp"

#include <optional>

namespace fedloom::controller {

using domain::errc;

namespace {

constexpr std::uint64_t largest_divisor = std::uint64_t{1} << 60;

std::shared_ptr<const std::vector<domain::digest>> chunk_digests_of(domain::byte_span stream) {
  auto digests = std::make_shared<std::vector<domain::digest>>();
  for (std::uint64_t at = 0; at < stream.size(); at += domain::chunk_bytes) {
    digests->push_back(transfer::digest_of(stream.subspan(at, std::min(domain::chunk_bytes, stream.size() - at))));
  }
  return digests;
}

domain::expected<prepared_model> prepare(const domain::model_id& model, domain::shared_bytes stream) {
  const auto read = model::read_stream(stream.span());
  if (!read) {
    return tl::unexpected(read.error());
  }
  const auto scales = aggregation::scale_for(read->what, read->data, 1);
  if (!scales) {
    return tl::unexpected(scales.error());
  }
  auto digests = chunk_digests_of(stream.span());
  const auto bytes = stream.size();
  return prepared_model{{model, bytes, scales->exponents, {}}, {std::move(stream), std::move(digests)}};
}

/// None, or why these are not the bytes that were announced.
domain::error damage_of(const reduction::merge& what) {
  for (std::size_t i = 0; i < what.pieces.size(); ++i) {
    if (transfer::digest_of(what.pieces[i].span()) != what.announced[i]) {
      return {errc::digest_mismatch, "chunk " + std::to_string(i) + " of a partial sum arrived damaged"};
    }
  }
  if (transfer::digest_over(what.announced) != what.content) {
    return {errc::digest_mismatch, "a partial sum is not the one that was announced"};
  }
  return {};
}

} // namespace

domain::expected<prepared_model> reducer::load(const domain::model_id& model) {
  auto stream = global_of(model);
  return stream ? prepare(model, std::move(*stream)) : tl::unexpected(stream.error());
}

void reducer::open_sum(const reduction::open_sum& what) {
  open_ = {};
  auto stream = global_of(what.model);
  if (!stream) {
    open_.failure = stream.error();
    return;
  }
  const auto read = model::read_stream(stream->span());
  if (!read) {
    open_.failure = read.error();
    return;
  }
  open_.global = *stream;
  open_.sum = std::make_unique<aggregation::accumulator>(stream->slice(0, read->head_bytes), what.scales,
                                                         what.scales.total_weight);
  if (open_.sum->fault().code != errc::none) {
    open_.failure = open_.sum->fault();
    open_.sum.reset();
  }
}

domain::error reducer::merge(const reduction::merge& what) {
  if (!open_.sum) {
    return open_.failure.code != errc::none ? open_.failure : domain::error{errc::wrong_state, "no sum is open"};
  }
  if (auto damage = damage_of(what); damage.code != errc::none) {
    return damage;
  }
  const auto added = open_.sum->add_sum(what.pieces, what.weight);
  return added ? domain::error{} : added.error();
}

domain::expected<prepared_model> reducer::average(const reduction::average& what) {
  if (!open_.sum || open_.sum->weight() == 0) {
    return domain::failure(errc::wrong_state, "there is no sum to average");
  }
  kernel::crash_point("reducing");
  if (auto ready = take_out_parents(what); !ready) {
    open_ = {};
    return tl::unexpected(std::move(ready.error()));
  }
  auto next = make_durable(*open_.sum, open_.global.span(), what);
  open_ = {};
  if (next) {
    newest_ = next->head.model;
    newest_stream_ = next->served.stream;
  }
  return next;
}

/// The state is durable before the model: who finds the model finds the state that belongs to it.
domain::expected<prepared_model> reducer::make_durable(const aggregation::accumulator& sum, domain::byte_span global,
                                                       const reduction::average& how) {
  const auto state_bytes = sum.state_bytes(how.how);
  domain::shared_bytes before;
  if (how.state && state_bytes > 0) {
    auto found = models_.get(*how.state);
    if (!found) {
      return tl::unexpected(std::move(found.error()));
    }
    before = std::move(*found);
  }
  growing_blob next(models_, sum.stream_bytes());
  std::optional<growing_blob> state;
  if (state_bytes > 0) {
    state.emplace(models_, state_bytes);
  }
  const auto made = [&](std::size_t of_model, std::size_t of_state) {
    next.made(of_model);
    if (state) {
      state->made(of_state);
    }
  };
  const aggregation::step_target to{next.bytes(), state ? state->bytes() : std::span<std::byte>{}, made};
  if (auto stepped = sum.step(how.how, {global, before.span(), how.divisor}, to); !stepped) {
    return tl::unexpected(std::move(stepped.error()));
  }
  std::optional<domain::model_id> state_id;
  if (state) {
    state_id = state->id();
    if (auto stored = state->store(*state_id); !stored) {
      return tl::unexpected(std::move(stored.error()));
    }
  }
  const auto id = next.id();
  auto prepared = prepare(id, next.stream());
  if (auto stored = next.store(id); !stored) {
    return tl::unexpected(std::move(stored.error()));
  }
  if (prepared) {
    prepared->head.optimizer_state = state_id;
  }
  return prepared;
}

/// In the sum, all weights count for whole models; with the parents taken out they count for what changed in them, and
/// the round's model comes in for what is missing to a whole one. Where all was trained from the round's model, nothing
/// is missing.
domain::expected<void> reducer::take_out_parents(const reduction::average& what) {
  auto& sum = *open_.sum;
  const auto divisor = what.divisor == 0 ? sum.weight() : what.divisor;
  std::uint64_t older = 0;
  for (const auto& parent : what.parents) {
    older += parent.weight; // each at most the weight of a part, and those were added up before
  }
  if (divisor < sum.weight() || divisor > largest_divisor || older > sum.weight()) {
    return domain::failure(errc::bad_weight,
                           "a sum of weight " + std::to_string(sum.weight()) + ", of which " + std::to_string(older) +
                               " is from older models, cannot be divided by " + std::to_string(divisor));
  }
  for (const auto& parent : what.parents) {
    const auto stream = models_.get(parent.model);
    if (!stream) {
      return tl::unexpected(stream.error());
    }
    if (auto taken = sum.shift_mean(stream->span(), {-static_cast<std::int64_t>(parent.weight), divisor}); !taken) {
      return taken;
    }
  }
  const auto missing = divisor - sum.weight() + older;
  return missing == 0 ? domain::expected<void>{}
                      : sum.shift_mean(open_.global.span(), {static_cast<std::int64_t>(missing), divisor});
}

void reducer::drop_state(const domain::model_id& state) {
  (void)models_.remove(state); // else the next start removes it, for no record names it
}

domain::expected<domain::shared_bytes> reducer::global_of(const domain::model_id& model) {
  if (model == newest_ && !newest_stream_.empty()) {
    return newest_stream_;
  }
  auto stream = models_.get(model);
  if (stream) {
    newest_ = model;
    newest_stream_ = *stream;
  }
  return stream;
}

} // namespace fedloom::controller
