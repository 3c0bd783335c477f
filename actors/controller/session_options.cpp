#include "actors/controller/session_machine.hpp"

namespace fedloom::controller {

using domain::errc;

namespace {

domain::error out_of(std::string_view option, const std::string& value, std::string_view allowed) {
  return {errc::malformed, std::string(option) + " is " + value + "; allowed: " + std::string(allowed)};
}

domain::error wrong_lateness(const domain::session_options& options) {
  if (options.late_updates == domain::late_rule::buffered && options.round_buffer_size < 1) {
    return out_of("round_buffer_size", std::to_string(options.round_buffer_size),
                  "at least 1 while late_updates is \"buffered\", for so many updates end a round");
  }
  if (options.max_staleness < 1 || options.max_staleness > 100) {
    return out_of("max_staleness", std::to_string(options.max_staleness), "1 to 100");
  }
  if (!(options.staleness_exponent >= 0.0 && options.staleness_exponent <= 10.0)) {
    return out_of("staleness_exponent", std::to_string(options.staleness_exponent), "0 to 10");
  }
  return {};
}

} // namespace

domain::error validate(const domain::session_options& options) {
  if (options.rounds < 1 || options.rounds > 1'000'000) {
    return out_of("rounds", std::to_string(options.rounds), "1 to 1000000");
  }
  if (options.requested_clients == 0 || options.requested_clients < -1) {
    return out_of("requested_clients", std::to_string(options.requested_clients), "-1 (all) or at least 1");
  }
  if (options.round_buffer_size == 0 || options.round_buffer_size < -1) {
    return out_of("round_buffer_size", std::to_string(options.round_buffer_size),
                  "-1 (all that were asked) or at least 1");
  }
  if (options.min_clients < 1) {
    return out_of("min_clients", "0", "at least 1");
  }
  const auto smallest_limit = [&](std::int32_t one) {
    return one > 0 && static_cast<std::uint32_t>(one) < options.min_clients;
  };
  if (smallest_limit(options.requested_clients) || smallest_limit(options.round_buffer_size)) {
    return out_of("min_clients", std::to_string(options.min_clients),
                  "at most requested_clients and round_buffer_size, or no round could reach it");
  }
  if (options.round_timeout < domain::milliseconds{100} || options.round_timeout > std::chrono::hours{24 * 7}) {
    return out_of("round_timeout", std::to_string(options.round_timeout.count()) + " ms", "0.1 s to 7 days");
  }
  if (options.round_attempts < 1 || options.round_attempts > 10) {
    return out_of("round_attempts", std::to_string(options.round_attempts), "1 to 10");
  }
  if (!(options.server_learning_rate > 0.0 && options.server_learning_rate <= 1.0)) {
    return out_of("server_learning_rate", std::to_string(options.server_learning_rate), "above 0 and at most 1");
  }
  if (!(options.over_selection >= 0.0 && options.over_selection <= 10.0)) {
    return out_of("over_selection", std::to_string(options.over_selection), "0 to 10");
  }
  if (options.over_selection > 0.0 && options.requested_clients < 0) {
    return out_of("over_selection", std::to_string(options.over_selection),
                  "0 while requested_clients is -1, for all are asked anyway");
  }
  return wrong_lateness(options);
}

} // namespace fedloom::controller
