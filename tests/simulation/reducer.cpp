#include "tests/simulation/reducer.hpp"

#include "actors/model/stream.hpp"
#include "actors/transfer/digests.hpp"

namespace fedloom::simulation {

namespace {

domain::expected<controller::prepared_model> prepare(const domain::model_id& model,
                                                     const domain::shared_bytes& stream) {
  const auto read = model::read_stream(stream.span());
  const auto scales = aggregation::scale_for(read->what, read->data, 1);
  if (!scales) {
    return tl::unexpected(scales.error());
  }
  auto digests = std::make_shared<std::vector<domain::digest>>();
  for (std::uint64_t at = 0; at < stream.size(); at += domain::chunk_bytes) {
    digests->push_back(transfer::digest_of(stream.slice(at, domain::chunk_bytes).span()));
  }
  return controller::prepared_model{{model, stream.size(), scales->exponents}, {stream, std::move(digests)}};
}

} // namespace

domain::expected<controller::prepared_model> reducer::load(const domain::model_id& model) const {
  const auto stream = models_.get(model);
  return stream ? prepare(model, *stream) : tl::unexpected(stream.error());
}

void reducer::open_sum(const controller::reduction::open_sum& what) {
  global_ = models_.get(what.model).value();
  const auto head = model::read_stream(global_.span())->head_bytes;
  sum_.emplace(global_.slice(0, head), what.scales, what.scales.total_weight);
}

domain::error reducer::merge(const controller::reduction::merge& what) {
  if (!sum_) {
    return {domain::errc::wrong_state, "no sum is open"};
  }
  for (std::size_t i = 0; i < what.pieces.size(); ++i) {
    if (transfer::digest_of(what.pieces[i].span()) != what.announced[i]) {
      return {domain::errc::digest_mismatch, "a chunk of a sum"};
    }
  }
  if (transfer::digest_over(what.announced) != what.content) {
    return {domain::errc::digest_mismatch, "a sum"};
  }
  const auto added = sum_->add_sum(what.pieces, what.weight);
  return added ? domain::error{} : added.error();
}

domain::expected<controller::prepared_model> reducer::average(double rate) {
  if (!sum_ || sum_->weight() == 0) {
    return domain::failure(domain::errc::wrong_state, "there is no sum");
  }
  auto stream = domain::shared_bytes::adopt(sum_->average(global_.span(), rate));
  sum_.reset();
  const auto id = model::id_of(stream.span());
  if (auto stored = models_.put(id, stream.span()); !stored) {
    return tl::unexpected(stored.error());
  }
  return prepare(id, stream);
}

} // namespace fedloom::simulation
