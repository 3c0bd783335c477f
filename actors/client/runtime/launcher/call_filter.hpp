#pragma once
#include "messages/domain/expected.hpp"

namespace fedloom::client::launcher {

/// From now on this process and its children are refused the system calls that training never needs and attackers do:
/// other processes' memory, mounts, namespaces, kernel modules, keys, BPF, io_uring, devices, the clock. Without
/// `network` also all sockets but those between processes of this machine. With `keep_group`, setsid and setpgid do
/// nothing, and say that all is well: whoever calls them stays where the group's signals reach it. Needs
/// `no_new_privs`. `unavailable` if the kernel refuses.
domain::expected<void> filter_calls(bool network, bool keep_group);

} // namespace fedloom::client::launcher
