#pragma once

namespace fedloom::cli {

/// How the command ends; in --help and README.md.
enum class exit_code : int {
  ok = 0,
  refused = 1,     ///< the server does not want it, or what was followed failed
  usage = 2,       ///< words that make no sense
  unreachable = 3, ///< no server there, or no answer in time
  not_found = 4,   ///< nothing has this id or name
  local = 5,       ///< something on this machine: a file, a program, a full disk
  interrupted = 130,
};

} // namespace fedloom::cli
