#include "services/runtime/version.hpp"

namespace fedloom::runtime {

std::string_view version() {
  return FEDLOOM_VERSION;
}

} // namespace fedloom::runtime
