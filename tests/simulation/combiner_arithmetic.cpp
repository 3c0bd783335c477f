// What a combiner's worker threads do: check pulled models and fold updates.
#include "tests/simulation/combiner_node.hpp"

#include "actors/model/stream.hpp"
#include "actors/transfer/digests.hpp"

namespace fedloom::simulation {

using namespace combiner;

void combiner_node::verify(const model_cache::verify& what) {
  domain::expected<transfer::served_stream> outcome = domain::failure(domain::errc::digest_mismatch, "another model");
  if (transfer::stream_name{model::id_of(what.pieces)} == what.name) {
    std::vector<std::byte> stream;
    auto digests = std::make_shared<std::vector<domain::digest>>();
    for (const auto& piece : what.pieces) {
      stream.insert(stream.end(), piece.span().begin(), piece.span().end());
      digests->push_back(transfer::digest_of(piece.span()));
    }
    outcome = transfer::served_stream{domain::shared_bytes::adopt(std::move(stream)), std::move(digests)};
  }
  later(world_.pause(domain::milliseconds{0}, speed_.fold),
        [this, name = what.name, outcome] { step(cache_.verified(name, outcome)); });
}

collection::folded combiner_node::fold(domain::lease_id lease, const collection::fold& what) {
  const auto sum = sums_.find(lease);
  if (sum == sums_.end()) {
    return {what.client, {domain::errc::wrong_state, "the collection is over"}, 0};
  }
  std::vector<domain::digest> found;
  for (const auto& piece : what.pieces) {
    found.push_back(transfer::digest_of(piece.span()));
  }
  if ((!what.announced.empty() && found != what.announced) || transfer::digest_over(found) != what.content) {
    return {what.client, {domain::errc::digest_mismatch, "not what was announced"}, 0};
  }
  const auto verdict = sum->second.check(what.pieces);
  if (verdict.reason.code != domain::errc::none) {
    return {what.client, verdict.reason, verdict.needed_exponent};
  }
  if (!sum->second.admits(what.weight)) {
    return {what.client, {domain::errc::bad_weight, "more than the round's total weight"}, 0};
  }
  sum->second.add(what.pieces, what.weight);
  return {what.client, {}, 0};
}

} // namespace fedloom::simulation
