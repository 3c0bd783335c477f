#pragma once
#include <sys/syscall.h>
#include <unistd.h>

namespace fedloom::client {

/// The version of Landlock that this kernel has and allows; 0 or less: none.
inline long landlock_version() {
  constexpr unsigned ask_version = 1;
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0UL, ask_version);
}

} // namespace fedloom::client
