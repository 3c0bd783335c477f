#pragma once
#include "actors/storage/durable_file.hpp"
#include "messages/domain/chrono.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>

namespace fedloom::runtime {

/// Makes the folder if need be and sees that it can be written; `storage_failed` names it and says what to do.
domain::expected<std::filesystem::path> open_data_folder(const std::string& folder);

/// A data folder that belongs to this process, as a whole, until this dies or the process ends, however it ends.
class folder_lock {
public:
  folder_lock() = default;

private:
  explicit folder_lock(storage::descriptor folder) : folder_(std::move(folder)) {}
  friend domain::expected<folder_lock> lock_data_folder(const std::filesystem::path& folder,
                                                        domain::milliseconds patience);

  storage::descriptor folder_;
};

/// How long a folder may still be held after its holder was killed: by a child between its fork and its exec, on a
/// machine that is busy.
inline constexpr domain::milliseconds holder_gone_within{2000};

/// Takes the folder for this process; `storage_failed` if another still has it after `patience`. The lock is the
/// kernel's and on the folder itself: there is no file that could be left behind, deleted or copied. Programs that this
/// process starts do not inherit it. Blocks; for starts only.
domain::expected<folder_lock> lock_data_folder(const std::filesystem::path& folder,
                                               domain::milliseconds patience = holder_gone_within);

/// The id that this service keeps in its data folder: `configured`, unless that is empty; else the one stored there;
/// else
/// "<prefix>-<8 random hex digits>", stored for the next start. `config_invalid` if it is not [A-Za-z0-9_.-]{1,64}.
domain::expected<std::string> stable_id(const std::filesystem::path& folder, const std::string& configured,
                                        const std::string& prefix);

/// Replaces "{ordinal}" by the number that this host's name ends with (the pod's number in a StatefulSet), so that
/// every replica advertises itself. `config_invalid` if there is such a placeholder and no such number.
domain::expected<std::string> with_ordinal(std::string endpoint);

} // namespace fedloom::runtime
