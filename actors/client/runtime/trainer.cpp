#include "actors/client/runtime/trainer.hpp"

namespace fedloom::client {

domain::expected<prediction_result> trainer::predict(const domain::shared_bytes& /*model*/,
                                                     const task_context& /*context*/, std::stop_token /*stop*/) {
  return domain::failure(domain::errc::unsupported, "this client cannot predict");
}

} // namespace fedloom::client
