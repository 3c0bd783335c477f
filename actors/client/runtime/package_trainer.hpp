#pragma once
#include "actors/client/runtime/entry_runner.hpp"
#include "actors/client/runtime/sandbox.hpp"
#include "actors/client/runtime/trainer.hpp"
#include "actors/package/compute_package.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedloom::client {

/// Runs the entry points of a compute package, by FEDn's convention:
///
///   startup                    once before the first task, if the package has it
///   train IN.npz OUT.npz       IN.npz-metadata holds the settings; must write OUT.npz and OUT.npz-metadata, a JSON
///   object
///                              with num_examples >= 1, whose other numbers become the update's metrics
///   validate IN.npz OUT        must write a JSON object whose numbers become metrics; num_examples is optional
///   predict IN.npz OUT         must write a JSON object
///
/// each as `bash -c "COMMAND ARGUMENTS"` in the project folder, inside the package's virtual environment if it has
/// one, or by its worker, see worker_runner; the sandbox lets them write to the project and to the work folder. Errors:
/// entry_point_missing; entry_point_failed and entry_point_timed_out (the text ends with the last lines of output);
/// no_output; bad_output; wrong_shape or wrong_dtype for arrays that no cast of float widths can mend; cancelled;
/// storage_full and storage_failed if the work folder cannot be written. Worker thread only, one call at a time.
class package_trainer final : public trainer {
public:
  /// `work_folder` is this client's own: each task's files live in a folder below it and are gone when the task ends.
  /// What a killed process left there is removed, and what it left running is killed.
  package_trainer(const package::compute_package& package, const std::filesystem::path& work_folder,
                  const sandbox& within = sandbox::off());

  domain::expected<training_result> train(const domain::shared_bytes& model, const task_context& context,
                                          std::stop_token stop) override;
  domain::expected<validation_result> validate(const domain::shared_bytes& model, const task_context& context,
                                               std::stop_token stop) override;
  domain::expected<prediction_result> predict(const domain::shared_bytes& model, const task_context& context,
                                              std::stop_token stop) override;

private:
  struct entry_run;
  using path = std::filesystem::path;

  domain::expected<training_result> train_in(const path& folder, const domain::shared_bytes& model,
                                             const entry_run& run);
  /// Runs an entry point that writes a report about the model; the report's file.
  domain::expected<path> report_in(const path& folder, const std::string& entry, const domain::shared_bytes& model,
                                   const entry_run& run);
  domain::expected<void> start_up(const entry_run& run);
  domain::expected<void> run_entry(const std::string& entry, std::vector<path> arguments, const entry_run& run) const;

  path work_folder_;
  bool has_startup_;
  bool started_ = false;
  std::unique_ptr<entry_runner> runner_;
};

} // namespace fedloom::client
