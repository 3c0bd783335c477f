#pragma once
#include "actors/transfer/digests.hpp"
#include "tests/actors/client/render.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

namespace fedloom::client {

/// A client that is attached to its combiner. Models of three chunks are fetched with two on their way, small ones of
/// 64 bytes come with the task. Every step answers its effects as lines.
class task_fixture : public ::testing::Test {
protected:
  static constexpr std::uint64_t three_chunks = 3 * domain::chunk_bytes;
  static constexpr auto train = domain::task_kind::train;
  static constexpr auto validate = domain::task_kind::validate;

  task_fixture() { sut.attached(at(0)); }

  static task_limits small_limits() {
    task_limits limits;
    limits.window = 2;
    limits.waiting_tasks = 2;
    limits.kept_updates = 2;
    limits.model_bytes = 10 * domain::chunk_bytes;
    return limits;
  }
  static domain::round_key round(std::uint32_t number, std::uint32_t attempt = 1) {
    return {domain::session_id{"s"}, number, attempt};
  }
  static domain::task task(domain::task_kind kind, std::uint8_t model, std::uint64_t bytes) {
    return {kind, test::id_of<domain::model_id>(model), bytes, domain::milliseconds{60000}};
  }

  /// A task whose model comes with it; model n for round n unless told.
  lines asked(std::uint32_t number, domain::task_kind kind = train, std::uint32_t attempt = 1, std::uint8_t model = 0) {
    const auto of = model == 0 ? static_cast<std::uint8_t>(number) : model;
    return hears(round(number, attempt), task(kind, of, 64), small_model());
  }
  /// A task whose model has to be fetched.
  lines asked_for_large(std::uint32_t number, domain::task_kind kind = train) {
    return hears(round(number), task(kind, static_cast<std::uint8_t>(number), three_chunks));
  }
  lines hears(const domain::round_key& about, domain::body what, domain::shared_bytes payload = {}) {
    return told(sut.received(at(now), {{{}, about, 0, 0}, std::move(what), std::move(payload)}));
  }
  lines chunk(std::uint64_t transfer, std::uint32_t index) {
    auto payload = large_model().slice(index * domain::chunk_bytes, domain::chunk_bytes);
    const domain::chunk what{domain::transfer_id{transfer}, index, transfer::digest_of(payload.span())};
    return hears({}, what, std::move(payload));
  }
  /// The chunks of a fetch that was asked for; answers what the last one caused.
  lines fetch(std::uint64_t transfer) {
    lines last;
    for (std::uint32_t i = 0; i < 3; ++i) {
      last = chunk(transfer, i);
    }
    return last;
  }
  lines receipt(std::uint32_t number, domain::receipt_verdict verdict, domain::errc reason = domain::errc::none,
                std::uint32_t attempt = 1) {
    return hears(round(number, attempt), domain::receipt{train, verdict, {reason, ""}});
  }
  lines cancelled(std::uint32_t number, domain::task_kind kind = train) {
    return hears(round(number), domain::cancel_task{kind});
  }
  lines trains(std::uint32_t number, const domain::shared_bytes& stream = small_model(), std::uint32_t attempt = 1) {
    return told(sut.trained(at(now), round(number, attempt), update_of(stream)));
  }
  lines fails_to_train(std::uint32_t number) {
    return told(sut.trained(at(now), round(number), domain::failure(domain::errc::entry_point_failed, "")));
  }
  lines validates(std::uint32_t number) {
    return told(sut.validated(at(now), round(number), validation_result{30, {}}));
  }
  lines attach() { return told(sut.attached(at(now))); }
  lines tick() { return told(sut.tick(at(now))); }
  /// A small update that waits for the receipts of its round.
  void hold(std::uint32_t number) {
    asked(number);
    trains(number);
  }

  static lines told(const work::effects& effects) { return test::render_all(effects); }
  static trained_update update_of(const domain::shared_bytes& stream) {
    return {{stream, 10, {}},
            std::make_shared<const std::vector<domain::digest>>(transfer::chunk_digests(stream.span()))};
  }
  /// As it lies in the store.
  static stored_update stored(std::uint32_t number, const domain::shared_bytes& stream = small_model()) {
    const auto update = update_of(stream);
    const auto parent = test::id_of<domain::model_id>(static_cast<std::uint8_t>(number));
    return {{round(number), describe(update, parent)}, stream, update.chunk_digests};
  }
  static domain::shared_bytes small_model() { return transfer::stream_of(0, 64); }
  static const domain::shared_bytes& large_model() {
    static const auto model = transfer::stream_of(3);
    return model;
  }

  std::int64_t now = 0;
  task_machine sut{small_limits()};
};

} // namespace fedloom::client
