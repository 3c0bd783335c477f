#pragma once
#include <optional>
#include <string>

namespace fedloom::runtime {

struct service_flags {
  std::string config; ///< empty: defaults and environment only
  bool check_config = false;
};

/// Nothing when the process is to end with `exit_status`: help or version printed, or wrong usage explained.
std::optional<service_flags> read_flags(int argc, const char* const* argv, const std::string& service,
                                        int& exit_status);

} // namespace fedloom::runtime
