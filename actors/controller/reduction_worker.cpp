#include "actors/controller/reduction_worker.hpp"

#include "actors/kernel/logger.hpp"
#include "actors/model/stream.hpp"
#include "actors/transfer/digests.hpp"

#include <future>

namespace fedloom::controller {

using domain::errc;

namespace {

constexpr std::size_t jobs_waiting = 4096;

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
  return prepared_model{{model, bytes, scales->exponents}, {std::move(stream), std::move(digests)}};
}

} // namespace

reduction_worker::reduction_worker(storage::model_store& models)
    : models_(models), thread_("reduction", 1, jobs_waiting) {}

void reduction_worker::load(const domain::model_id& model, model_report report) {
  post([this, model, report = std::move(report)] {
    auto stream = global_of(model);
    report(stream ? prepare(model, std::move(*stream))
                  : domain::expected<prepared_model>(tl::unexpected(stream.error())));
  });
}

void reduction_worker::open_sum(const reduction::open_sum& what) {
  post([this, what] {
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
  });
}

void reduction_worker::merge(reduction::merge what, merge_report report) {
  post([this, what = std::move(what), report = std::move(report)] {
    const auto answer = [&](domain::error reason) { report(what.lease, std::move(reason)); };
    if (!open_.sum) {
      return answer(open_.failure.code != errc::none ? open_.failure
                                                     : domain::error{errc::wrong_state, "no sum is open"});
    }
    for (std::size_t i = 0; i < what.pieces.size(); ++i) {
      if (transfer::digest_of(what.pieces[i].span()) != what.announced[i]) {
        return answer({errc::digest_mismatch, "chunk " + std::to_string(i) + " of a partial sum arrived damaged"});
      }
    }
    if (transfer::digest_over(what.announced) != what.content) {
      return answer({errc::digest_mismatch, "a partial sum is not the one that was announced"});
    }
    const auto added = open_.sum->add_sum(what.pieces, what.weight);
    answer(added ? domain::error{} : added.error());
  });
}

void reduction_worker::average(double rate, model_report report) {
  post([this, rate, report = std::move(report)] {
    if (!open_.sum || open_.sum->weight() == 0) {
      return report(domain::failure(errc::wrong_state, "there is no sum to average"));
    }
    auto stream = domain::shared_bytes::adopt(open_.sum->average(open_.global.span(), rate));
    open_ = {};
    const auto id = model::id_of(stream.span());
    // The disk takes its time: what the next round needs of the model is computed meanwhile.
    auto prepared = std::async(std::launch::async, [&] { return prepare(id, stream); });
    if (auto stored = models_.put(id, stream.span()); !stored) {
      prepared.wait();
      return report(tl::unexpected(stored.error()));
    }
    newest_ = id;
    newest_stream_ = stream;
    report(prepared.get());
  });
}

void reduction_worker::close_sum() {
  post([this] { open_ = {}; });
}

domain::expected<domain::shared_bytes> reduction_worker::global_of(const domain::model_id& model) {
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

void reduction_worker::post(std::function<void()> job) {
  if (!thread_.post(std::move(job))) {
    // Cannot happen while sums are fetched one at a time; if it does, the attempt ends by its deadline.
    kernel::log(kernel::log_level::error, "reduction", "worker-queue-full");
  }
}

} // namespace fedloom::controller
