#include "actors/controller/reduction_worker.hpp"

#include "actors/kernel/logger.hpp"

namespace fedloom::controller {

namespace {

constexpr std::size_t jobs_waiting = 4096;

} // namespace

reduction_worker::reduction_worker(storage::model_store& models)
    : work_(models), thread_("reduction", 1, jobs_waiting) {}

void reduction_worker::load(const domain::model_id& model, model_report report) {
  post([this, model, report = std::move(report)] { report(work_.load(model)); });
}

void reduction_worker::open_sum(const reduction::open_sum& what) {
  post([this, what] { work_.open_sum(what); });
}

void reduction_worker::merge(reduction::merge what, merge_report report) {
  post([this, what = std::move(what), report = std::move(report)] { report(what.lease, work_.merge(what)); });
}

void reduction_worker::average(reduction::average what, model_report report) {
  post([this, what = std::move(what), report = std::move(report)] { report(work_.average(what)); });
}

void reduction_worker::close_sum() {
  post([this] { work_.close_sum(); });
}

void reduction_worker::drop_state(const domain::model_id& state) {
  post([this, state] { work_.drop_state(state); });
}

void reduction_worker::post(std::function<void()> job) {
  if (!thread_.post(std::move(job))) {
    // Cannot happen while sums are fetched one at a time; if it does, the attempt ends by its deadline.
    kernel::log(kernel::log_level::error, "reduction", "worker-queue-full");
  }
}

} // namespace fedloom::controller
