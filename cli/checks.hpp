#pragma once
#include "cli/outcome.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace fedloom::cli {

enum class verdict { ok, warn, fail };

/// What a check of this machine found.
struct finding {
  verdict how = verdict::ok;
  std::string what;   ///< as it is
  std::string advice; ///< what to do; empty: nothing
};

struct check_options {
  std::filesystem::path folder = "."; ///< where data would lie
  std::stop_token stop;
};

struct check {
  const char* name;
  finding (*look)(const check_options& with);
};

/// Everything that services and clients need of a machine, in the order in which it is told.
std::vector<check> machine_checks();

/// The parts, by themselves for tests.
finding check_ports(const check_options& with);
finding check_clock(const check_options& with);
finding check_disk(const check_options& with);
finding check_sync(const check_options& with);
finding check_open_files(const check_options& with);
finding check_memory(const check_options& with);
finding check_programs(const check_options& with);
finding check_python(const check_options& with);
finding check_sandbox(const check_options& with);

} // namespace fedloom::cli
