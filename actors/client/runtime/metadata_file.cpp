#include "actors/client/runtime/metadata_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace fedloom::client {
namespace {

constexpr const char* example_count_key = "num_examples";

domain::expected<metadata> from_json(const nlohmann::json& object, const std::string& file) {
  metadata result;
  for (const auto& [name, value] : object.items()) {
    if (name == example_count_key) {
      if (!value.is_number_unsigned())
        return domain::failure(domain::errc::bad_output, file + ": num_examples must be a non-negative integer, not " +
                                                             value.dump().substr(0, 80));
      result.example_count = value.get<std::uint64_t>();
    } else if (value.is_number() && name.size() <= max_metric_name_bytes && result.metrics.size() < max_metrics) {
      result.metrics.push_back({name, value.get<double>()});
    }
  }
  return result;
}

/// `use(object)`, if the file holds one.
template <class Use>
auto use_object(const std::filesystem::path& file, Use use) -> decltype(use(nlohmann::json())) {
  const auto name = file.filename().string();
  std::error_code problem;
  // A link could lead out of the folder that the entry point may write to.
  if (std::filesystem::symlink_status(file, problem).type() != std::filesystem::file_type::regular)
    return domain::failure(domain::errc::no_output, "the entry point did not write " + name);
  if (std::filesystem::file_size(file, problem) > max_metadata_bytes)
    return domain::failure(domain::errc::bad_output,
                           name + " is larger than " + std::to_string(max_metadata_bytes) + " bytes");
  std::ifstream in(file, std::ios::binary);
  const auto parsed = nlohmann::json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object())
    return domain::failure(domain::errc::bad_output,
                           name + " is not a JSON object (NaN and Infinity, as Python writes them, are no JSON)");
  return use(parsed);
}

} // namespace

domain::expected<metadata> read_metadata(const std::filesystem::path& file) {
  return use_object(file, [&](const nlohmann::json& object) { return from_json(object, file.filename().string()); });
}

domain::expected<std::string> read_report(const std::filesystem::path& file) {
  return use_object(file, [](const nlohmann::json& object) { return domain::expected<std::string>(object.dump()); });
}

domain::expected<void> write_settings(const std::filesystem::path& file, const std::string& settings) {
  std::ofstream out(file, std::ios::binary);
  out << (settings.empty() ? "{}" : settings) << '\n';
  out.close();
  if (!out)
    return domain::failure(domain::errc::storage_failed, "cannot write " + file.string());
  return {};
}

} // namespace fedloom::client
