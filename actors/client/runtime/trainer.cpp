#include "actors/client/runtime/trainer.hpp"

namespace fedloom::client {

domain::expected<void> trainer::prepare(const domain::package_ref& /*package*/, const domain::shared_bytes& /*archive*/,
                                        std::stop_token /*stop*/) {
  return {};
}

domain::expected<prediction_result> trainer::predict(const domain::shared_bytes& /*model*/,
                                                     const task_context& /*context*/, std::stop_token /*stop*/) {
  return domain::failure(domain::errc::unsupported, "this client cannot predict");
}

} // namespace fedloom::client
