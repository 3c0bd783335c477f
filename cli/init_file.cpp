#include "cli/init_file.hpp"

#include <yaml-cpp/yaml.h>

namespace fedloom::cli {

result<std::map<std::string, std::string>> read_init_file(const std::filesystem::path& file) {
  try {
    std::map<std::string, std::string> settings;
    const auto root = YAML::LoadFile(file.string());
    if (!root.IsMap()) {
      return fail(exit_code::usage, file.string() + ": must hold settings, for example name: hospital-7");
    }
    for (const auto& one : root) {
      if (one.second.IsScalar()) {
        settings[one.first.as<std::string>()] = one.second.as<std::string>();
      }
    }
    return settings;
  } catch (const YAML::BadFile&) {
    return fail(exit_code::local, file.string() + ": there is no such file");
  } catch (const YAML::Exception& wrong) {
    return fail(exit_code::usage, file.string() + ": " + wrong.what());
  }
}

} // namespace fedloom::cli
