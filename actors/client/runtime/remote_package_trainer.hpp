#pragma once
#include "actors/client/runtime/package_trainer.hpp"
#include "actors/client/runtime/python_environment.hpp"
#include "actors/package/package_admission.hpp"

#include <functional>
#include <map>
#include <optional>

namespace fedloom::client {

/// What a data owner says of the packages that come from the controller.
struct remote_packages {
  std::filesystem::path folder;       ///< this client's own: archives, and below their digests what was in them
  std::filesystem::path work_folder;  ///< likewise, for the files of tasks
  std::filesystem::path environments; ///< virtual environments
  std::size_t kept = 4;               ///< >= 1; the one that was not used for longest goes
  package::package_trust trust{};
  std::optional<std::filesystem::path> python_env{}; ///< used in place of what packages ask for
  environment_order environment{};
};

/// Runs the compute packages that tasks name, each by a package_trainer of its own. What was unpacked is found again
/// after a restart, but its signature is checked anew. Errors of `prepare`, besides those of a full disk: not_found;
/// digest_mismatch (not the archive that was named, or not the one that this client's owner allows); signature_invalid;
/// package_unsafe; config_invalid (its fedn.yaml); environment_failed; cancelled. Worker thread only.
class remote_package_trainer final : public trainer {
public:
  remote_package_trainer(remote_packages settings, sandbox within);

  domain::expected<void> prepare(const domain::package_ref& package, const domain::shared_bytes& archive,
                                 std::stop_token stop) override;
  domain::expected<training_result> train(const domain::shared_bytes& model, const task_context& context,
                                          std::stop_token stop) override;
  domain::expected<validation_result> validate(const domain::shared_bytes& model, const task_context& context,
                                               std::stop_token stop) override;
  domain::expected<prediction_result> predict(const domain::shared_bytes& model, const task_context& context,
                                              std::stop_token stop) override;

private:
  using path = std::filesystem::path;

  /// The trainer of the package that the task names.
  domain::expected<package_trainer*> find(const task_context& context, const std::stop_token& stop);
  domain::expected<void> keep_archive(const domain::package_ref& package, const domain::shared_bytes& archive) const;
  domain::expected<void> check_signature(const domain::package_ref& package) const;
  domain::expected<path> unpacked(const domain::package_ref& package) const;
  domain::expected<std::unique_ptr<package_trainer>> make(const domain::package_ref& package, const path& project,
                                                          std::stop_token stop) const;
  path archive_of(const domain::package_digest& package) const;
  void touch(const domain::package_digest& package) const;
  void retire_the_oldest(const domain::package_digest& but);

  remote_packages settings_;
  sandbox within_;
  python_environments environments_;
  package::package_shelf shelf_;
  std::map<domain::package_digest, std::unique_ptr<package_trainer>> ready_; ///< of those that lie in the folder
};

} // namespace fedloom::client
