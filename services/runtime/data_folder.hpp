#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>

namespace fedloom::runtime {

/// Makes the folder if need be and sees that it can be written; `storage_failed` names it and says what to do.
domain::expected<std::filesystem::path> open_data_folder(const std::string& folder);

/// The id that this service keeps in its data folder: `configured`, unless that is empty; else the one stored there;
/// else
/// "<prefix>-<8 random hex digits>", stored for the next start. `config_invalid` if it is not [A-Za-z0-9_.-]{1,64}.
domain::expected<std::string> stable_id(const std::filesystem::path& folder, const std::string& configured,
                                        const std::string& prefix);

/// Replaces "{ordinal}" by the number that this host's name ends with (the pod's number in a StatefulSet), so that
/// every replica advertises itself. `config_invalid` if there is such a placeholder and no such number.
domain::expected<std::string> with_ordinal(std::string endpoint);

} // namespace fedloom::runtime
