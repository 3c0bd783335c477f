#include "actors/client/runtime/launcher/privileges.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fedloom::client::launcher {

domain::expected<void> drop_privileges() {
  const auto refused = [] {
    return domain::failure(domain::errc::unavailable, std::string("cannot drop privileges: ") + std::strerror(errno));
  };
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return refused();
  // The bounding set may be beyond our rights, then there is nothing in it that we could get either.
  for (unsigned long one = 0; ::prctl(PR_CAPBSET_READ, one, 0, 0, 0) >= 0; ++one)
    ::prctl(PR_CAPBSET_DROP, one, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0)
    return refused();
  return {};
}

} // namespace fedloom::client::launcher
