#include "actors/client/runtime/package_trainer.hpp"

#include "actors/client/runtime/cast.hpp"
#include "actors/client/runtime/leftover_processes.hpp"
#include "actors/client/runtime/metadata_file.hpp"
#include "actors/client/runtime/output_tail.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "actors/client/runtime/task_folder.hpp"
#include "actors/model/npz.hpp"
#include "actors/model/stream.hpp"

#include <array>
#include <system_error>
#include <type_traits>

namespace fedloom::client {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

/// Of an entry point's output, in an error's text: errors travel in frames of less than 8 KB.
constexpr std::size_t reported_output_bytes = 2048;
/// An update may be four times the model (float16 to float64) before the cast, plus room for small models' heads.
constexpr std::uint64_t update_growth = 4;
constexpr std::uint64_t update_allowance = std::uint64_t{1} << 20;

path metadata_beside(const path& file) {
  return path(file).concat("-metadata");
}

domain::expected<void> write_input(const domain::shared_bytes& model, const path& file) {
  if (auto written = model::write_npz(model.span(), file); !written)
    return written;
  return write_settings(metadata_beside(file));
}

domain::expected<void> judge(const std::string& entry, const subprocess_outcome& outcome) {
  const auto output = last_lines(outcome.output, reported_output_bytes);
  const auto ending = output.empty() ? ", without any output" : "; its last output:\n" + output;
  switch (outcome.how) {
  case subprocess_end::cancelled:
    return failure(errc::cancelled, "the entry point " + entry + " was ended on request");
  case subprocess_end::timed_out:
    return failure(errc::entry_point_timed_out, "the entry point " + entry + " was killed at its time limit" + ending);
  case subprocess_end::exited:
    break;
  }
  if (outcome.status != 0)
    return failure(errc::entry_point_failed,
                   "the entry point " + entry + " ended with status " + std::to_string(outcome.status) + ending);
  return {};
}

/// The update that `train` wrote, in the widths of `wanted`.
domain::expected<std::vector<std::byte>> read_update(const path& file, const model::manifest& wanted) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(file, problem))
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
  const bool is_of_files = code == errc::storage_failed || code == errc::entry_point_failed ||
                           code == errc::no_output || code == errc::bad_output;
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

/// The time and the stop signal that the entry points of one task share.
struct package_trainer::entry_run {
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;

  entry_run(const task_context& context, std::stop_token token)
      : deadline(std::chrono::steady_clock::now() + context.time_limit), stop(std::move(token)) {}
  domain::milliseconds left() const {
    const auto time = std::chrono::ceil<domain::milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(time, domain::milliseconds{0});
  }
};

package_trainer::package_trainer(package::compute_package package, const path& work_folder)
    : package_(std::move(package)), work_folder_(std::filesystem::absolute(work_folder)) {
  end_leftovers(work_folder_);
  task_folder::sweep(work_folder_);
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
  const std::array files{folder / "in.npz", folder / "out.npz"};
  if (auto ready = write_input(model, files[0]).and_then([&] { return start_up(run); }); !ready)
    return tl::unexpected(ready.error());
  if (auto done = run_entry("train", files, run); !done)
    return tl::unexpected(done.error());

  auto update = read_update(files[1], wanted->what);
  if (!update)
    return tl::unexpected(update.error());
  auto beside = read_metadata(metadata_beside(files[1]));
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
  return in_task_folder(work_folder_, model.size(), run.stop,
                        [&](const path& folder) { return validate_in(folder, model, run); });
}

domain::expected<validation_result> package_trainer::validate_in(const path& folder, const domain::shared_bytes& model,
                                                                 const entry_run& run) {
  const std::array files{folder / "in.npz", folder / "out"};
  if (auto ready = write_input(model, files[0]).and_then([&] { return start_up(run); }); !ready)
    return tl::unexpected(ready.error());
  if (auto done = run_entry("validate", files, run); !done)
    return tl::unexpected(done.error());
  auto report = read_metadata(files[1]);
  if (!report)
    return tl::unexpected(report.error());
  return validation_result{report->example_count.value_or(0), std::move(report->metrics)};
}

domain::expected<void> package_trainer::start_up(const entry_run& run) {
  if (started_ || !package_.entry_points.contains("startup"))
    return {};
  auto done = run_entry("startup", {}, run);
  started_ = done.has_value();
  return done;
}

domain::expected<void> package_trainer::run_entry(const std::string& entry, std::span<const path> arguments,
                                                  const entry_run& run) const {
  const auto line = package::command_line(package_, entry, arguments);
  if (!line)
    return tl::unexpected(line.error());
  const auto outcome =
      run_subprocess({*line, package_.project_dir, run.left(), {work_folder_variable(work_folder_)}}, run.stop);
  if (!outcome)
    return tl::unexpected(outcome.error());
  return judge(entry, *outcome);
}

} // namespace fedloom::client
