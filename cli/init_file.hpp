#pragma once
#include "cli/outcome.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace fedloom::cli {

/// FEDn's --init: the settings of a YAML file, as texts. Other keys are taken too, as in FEDn; nested ones are not
/// read. `local` if there is no such file, `usage` if it is no map.
result<std::map<std::string, std::string>> read_init_file(const std::filesystem::path& file);

} // namespace fedloom::cli
