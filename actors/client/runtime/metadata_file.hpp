#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/round.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fedloom::client {

/// Bounds on what an entry point may report: all of it has to fit into one frame.
inline constexpr std::size_t max_metrics = 64;
inline constexpr std::size_t max_metric_name_bytes = 64;
inline constexpr std::uintmax_t max_metadata_bytes = 1 << 20;

/// What stands beside a model, or instead of one after a validation.
struct metadata {
  std::optional<std::uint64_t> example_count; ///< FEDn's key is num_examples
  std::vector<domain::metric> metrics;        ///< the other numeric members, by name
};

/// Reads a JSON object. Members that are not numbers are passed over, and so are names over max_metric_name_bytes and
/// numbers after the first max_metrics. `no_output` if there is no such file; `bad_output` if it is no JSON object, too
/// large, or its num_examples is not a non-negative integer.
domain::expected<metadata> read_metadata(const std::filesystem::path& file);

/// The content of a file that must hold a JSON object, which is handed on as it is; the errors of `read_metadata`.
domain::expected<std::string> read_report(const std::filesystem::path& file);

/// Writes the settings that an entry point may read beside its model: `settings`, or an empty JSON object.
domain::expected<void> write_settings(const std::filesystem::path& file, const std::string& settings = {});

} // namespace fedloom::client
