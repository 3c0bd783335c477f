#include "cli/outcome.hpp"

namespace fedloom::cli {

tl::unexpected<problem> local_failure(const domain::error& reason) {
  using domain::errc;
  switch (reason.code) {
  case errc::cancelled:
    return fail(exit_code::interrupted, "interrupted");
  case errc::not_found:
    return fail(exit_code::not_found, reason.text);
  default:
    return fail(exit_code::local, reason.text);
  }
}

} // namespace fedloom::cli
