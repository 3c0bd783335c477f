#pragma once
#include <span>
#include <string>
#include <vector>

namespace fedloom::client {

/// A process's environment: "NAME=value" each, no name twice.
using process_environment = std::vector<std::string>;

/// This process's own, whole.
process_environment inherited_environment();

/// What of `whole` a compute package may see: paths, language, threads, devices, Python, FEDn's settings, and what
/// `further` names (NAME, or the beginning of names: NAME_*). A name that sounds like a secret passes only if it is
/// named whole.
process_environment allowed_environment(const process_environment& whole, std::span<const std::string> further);

/// `base` with `added` in the place of what it says of them. OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and MKL_NUM_THREADS
/// are 1 where neither says otherwise: many clients may share one machine.
process_environment environment_with(process_environment base, const process_environment& added);

/// The value of `name`; empty if it is not there.
std::string value_in(const process_environment& in, std::string_view name);

} // namespace fedloom::client
