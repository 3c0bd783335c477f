#include "actors/client/runtime/package_trainer.hpp"

#include "actors/client/runtime/cast.hpp"
#include "actors/client/runtime/leftover_processes.hpp"
#include "actors/client/runtime/metadata_file.hpp"
#include "actors/client/runtime/task_folder.hpp"
#include "actors/model/npz.hpp"
#include "actors/model/stream.hpp"

#include <algorithm>
#include <system_error>
#include <type_traits>

namespace fedloom::client {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

/// An update may be four times the model (float16 to float64) before the cast, plus room for small models' heads.
constexpr std::uint64_t update_growth = 4;
constexpr std::uint64_t update_allowance = std::uint64_t{1} << 20;

path metadata_beside(const path& file) {
  return path(file).concat("-metadata");
}

domain::expected<void> write_input(const domain::shared_bytes& model, const path& file, const std::string& settings) {
  if (auto written = model::write_npz(model.span(), file); !written)
    return written;
  return write_settings(metadata_beside(file), settings);
}

/// The update that `train` wrote, in the widths of `wanted`.
domain::expected<std::vector<std::byte>> read_update(const path& file, const model::manifest& wanted) {
  std::error_code problem;
  // A link could lead out of the folder that the entry point may write to.
  if (std::filesystem::symlink_status(file, problem).type() != std::filesystem::file_type::regular)
    return failure(errc::no_output, "the entry point train ended well but wrote no model");
  const auto limit = update_growth * model::stream_bytes_of(wanted) + update_allowance;
  auto stream = model::stream_from_npz(file, limit);
  if (!stream)
    return failure(errc::bad_output, "the model that the entry point train wrote: " + stream.error().text);
  auto update = cast_floats(std::move(*stream), wanted);
  if (!update)
    return failure(errc::bad_output, update.error().text);
  const auto view = model::read_stream(*update);
  if (!view)
    return failure(errc::bad_output, view.error().text);
  if (auto differs = model::difference(wanted, view->what); differs.code != errc::none)
    return tl::unexpected(std::move(differs));
  return std::move(*update);
}

/// Whether a disk with so little room may have been the reason of a failure. Commands and libraries say so in words of
/// their own, or not at all.
bool may_come_from_a_full_disk(errc code, const path& folder, std::uint64_t needed) {
  constexpr std::uint64_t small_files = 64 * 1024;
  std::error_code unknown;
  const auto room = std::filesystem::space(folder, unknown);
  const bool is_of_files = code == errc::storage_full || code == errc::storage_failed ||
                           code == errc::entry_point_failed || code == errc::no_output || code == errc::bad_output;
  return is_of_files && !unknown && room.available < needed + small_files;
}

/// `work(folder)`, with a folder for its files that lives no longer than that.
template <class Work>
std::invoke_result_t<Work, const path&> in_task_folder(const path& parent, std::uint64_t model_bytes,
                                                       const std::stop_token& stop, Work work) {
  if (stop.stop_requested())
    return failure(errc::cancelled, "the task was ended on request before it began");
  const auto folder = task_folder::create(parent);
  auto result = folder ? work(folder->path()) : tl::unexpected(folder.error());
  if (!result && may_come_from_a_full_disk(result.error().code, parent, model_bytes))
    return failure(errc::storage_full,
                   "the disk of " + parent.string() + " is full, free some space; " + result.error().text);
  return result;
}

} // namespace

/// The time, the settings and the stop signal that the entry points of one task share.
struct package_trainer::entry_run {
  std::chrono::steady_clock::time_point deadline;
  const std::string& settings;
  std::stop_token stop;

  entry_run(const task_context& context, std::stop_token token)
      : deadline(std::chrono::steady_clock::now() + context.time_limit), settings(context.settings),
        stop(std::move(token)) {}
  domain::milliseconds left() const {
    const auto time = std::chrono::ceil<domain::milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(time, domain::milliseconds{0});
  }
};

package_trainer::package_trainer(const package::compute_package& package, const path& work_folder,
                                 const sandbox& within)
    : work_folder_(std::filesystem::absolute(work_folder)), has_startup_(package.entry_points.contains("startup")) {
  end_leftovers(work_folder_);
  task_folder::sweep(work_folder_);
  const auto readable =
      package.python_env ? folders_of_environment(*package.python_env) : std::vector<std::filesystem::path>{};
  // The project is writable: FEDn's packages keep data and state beside their scripts.
  runner_ =
      make_entry_runner(package, within.around({{package.project_dir, work_folder_}, readable, work_folder_ / "home"}),
                        {work_folder_variable(work_folder_)});
}

domain::expected<training_result> package_trainer::train(const domain::shared_bytes& model, const task_context& context,
                                                         std::stop_token stop) {
  const entry_run run(context, std::move(stop));
  return in_task_folder(work_folder_, model.size(), run.stop,
                        [&](const path& folder) { return train_in(folder, model, run); });
}

domain::expected<training_result> package_trainer::train_in(const path& folder, const domain::shared_bytes& model,
                                                            const entry_run& run) {
  const auto wanted = model::read_stream(model.span());
  if (!wanted)
    return tl::unexpected(wanted.error());
  const auto in = folder / "in.npz";
  const auto out = folder / "out.npz";
  const auto done = write_input(model, in, run.settings).and_then([&] { return start_up(run); }).and_then([&] {
    return run_entry("train", {in, out}, run);
  });
  if (!done)
    return tl::unexpected(done.error());

  auto update = read_update(out, wanted->what);
  if (!update)
    return tl::unexpected(update.error());
  auto beside = read_metadata(metadata_beside(out));
  if (!beside)
    return tl::unexpected(beside.error());
  if (beside->example_count.value_or(0) < 1)
    return failure(errc::bad_output, "the update's metadata must hold num_examples, an integer of 1 or more");
  return training_result{domain::shared_bytes::adopt(std::move(*update)), *beside->example_count,
                         std::move(beside->metrics)};
}

domain::expected<validation_result> package_trainer::validate(const domain::shared_bytes& model,
                                                              const task_context& context, std::stop_token stop) {
  const entry_run run(context, std::move(stop));
  return in_task_folder(work_folder_, model.size(), run.stop, [&](const path& folder) {
    const auto file = report_in(folder, "validate", model, run);
    auto text = file.and_then(read_report);
    auto numbers = file.and_then(read_metadata);
    if (!text || !numbers)
      return domain::expected<validation_result>(tl::unexpected(text ? numbers.error() : text.error()));
    return domain::expected<validation_result>(
        validation_result{numbers->example_count.value_or(0), std::move(numbers->metrics), std::move(*text)});
  });
}

domain::expected<prediction_result> package_trainer::predict(const domain::shared_bytes& model,
                                                             const task_context& context, std::stop_token stop) {
  const entry_run run(context, std::move(stop));
  return in_task_folder(work_folder_, model.size(), run.stop, [&](const path& folder) {
    return report_in(folder, "predict", model, run).and_then(read_report).map([](std::string report) {
      return prediction_result{std::move(report)};
    });
  });
}

domain::expected<path> package_trainer::report_in(const path& folder, const std::string& entry,
                                                  const domain::shared_bytes& model, const entry_run& run) {
  const auto in = folder / "in.npz";
  const auto out = folder / "out";
  return write_input(model, in, run.settings)
      .and_then([&] { return start_up(run); })
      .and_then([&] {
        return run_entry(entry, {in, out}, run);
      })
      .map([&] { return out; });
}

domain::expected<void> package_trainer::start_up(const entry_run& run) {
  if (started_ || !has_startup_)
    return {};
  auto done = run_entry("startup", {}, run);
  started_ = done.has_value();
  return done;
}

domain::expected<void> package_trainer::run_entry(const std::string& entry, std::vector<path> arguments,
                                                  const entry_run& run) const {
  return runner_->run({entry, std::move(arguments), run.left()}, run.stop);
}

} // namespace fedloom::client
