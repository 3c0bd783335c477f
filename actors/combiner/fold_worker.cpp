#include "actors/combiner/fold_worker.hpp"

#include "actors/kernel/logger.hpp"
#include "actors/transfer/digests.hpp"

namespace fedloom::combiner {

using domain::errc;

namespace {

/// Jobs are bounded by what feeds them: one per client and lease. This is the backstop.
constexpr std::size_t jobs_waiting = 1'000'000;

/// Are these the bytes that were announced?
domain::error check_digests(const collection::fold& what) {
  std::vector<domain::digest> found;
  found.reserve(what.pieces.size());
  for (std::size_t i = 0; i < what.pieces.size(); ++i) {
    found.push_back(transfer::digest_of(what.pieces[i].span()));
    if (!what.announced.empty() && found[i] != what.announced[i]) {
      return {errc::digest_mismatch, "chunk " + std::to_string(i) + " arrived damaged; send the update again"};
    }
  }
  if (transfer::digest_over(found) != what.content) {
    return {errc::digest_mismatch, "the update is not the one that was announced"};
  }
  return {};
}

} // namespace

fold_worker::fold_worker() : thread_("fold", 1, jobs_waiting) {}

void fold_worker::open(domain::lease_id lease, domain::shared_bytes head, domain::scale_table scales) {
  post([this, lease, head = std::move(head), scales = std::move(scales)] {
    sums_.erase(lease);
    sums_.emplace(lease, aggregation::accumulator{head, scales, scales.total_weight});
  });
}

void fold_worker::fold(domain::lease_id lease, collection::fold what, fold_report report) {
  post([this, lease, what = std::move(what), report = std::move(report)]() mutable {
    auto outcome = check_and_add(lease, what);
    what.pieces.clear(); // before the report: staging is given back when it arrives
    report(lease, std::move(outcome));
  });
}

void fold_worker::freeze(domain::lease_id lease, freeze_report report) {
  post([this, lease, report = std::move(report)] {
    const auto found = sums_.find(lease);
    if (found == sums_.end()) {
      return report(lease, {}, {});
    }
    auto sum = std::make_shared<const std::vector<std::int64_t>>(found->second.take_sum());
    sums_.erase(found);
    const auto bytes = std::as_bytes(std::span{*sum});
    report(lease, {std::move(sum), bytes}, transfer::stream_digest(bytes));
  });
}

void fold_worker::drop(domain::lease_id lease) {
  post([this, lease] { sums_.erase(lease); });
}

collection::folded fold_worker::check_and_add(domain::lease_id lease, const collection::fold& what) {
  const auto found = sums_.find(lease);
  if (found == sums_.end()) {
    return {what.client, {errc::wrong_state, "the collection is over"}, 0};
  }
  if (auto wrong = check_digests(what); wrong.code != errc::none) {
    return {what.client, std::move(wrong), 0};
  }
  auto verdict = found->second.check(what.pieces);
  if (verdict.reason.code != errc::none) {
    return {what.client, std::move(verdict.reason), verdict.needed_exponent};
  }
  if (!found->second.admits(what.weight)) { // I-9: the sum would not be exact any more
    return {what.client, {errc::bad_weight, "the weights add up to more than the round's total weight"}, 0};
  }
  found->second.add(what.pieces, what.weight);
  return {what.client, {}, 0};
}

void fold_worker::post(std::function<void()> job) {
  if (!thread_.post(std::move(job))) {
    kernel::log(kernel::log_level::error, "collection", "worker-queue-full");
  }
}

} // namespace fedloom::combiner
