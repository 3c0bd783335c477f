#pragma once

namespace fedloom::runtime {

/// How a service's process ends; documented in the README, because operators and Kubernetes see them.
enum class exit_code : int {
  ok = 0,
  usage = 2,          ///< wrong flags
  config_invalid = 3, ///< the configuration has problems, or cannot be read
  storage = 4,        ///< the data folder cannot be used
  unreachable = 5,    ///< an address cannot be bound, for example because the port is in use
  gave_up = 6,        ///< the supervision tree spent its restart budget
  internal = 70,      ///< a programmer's mistake, or the drain took too long
};

} // namespace fedloom::runtime
