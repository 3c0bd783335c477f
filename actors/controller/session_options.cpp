#include "actors/controller/session_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace fedloom::controller {

using domain::errc;

namespace {

constexpr std::size_t metric_bytes = 128;
constexpr std::size_t clients_most = 100'000;
constexpr std::size_t mu_bytes = 40; ///< ,"mu":<number>

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

domain::error wrong_optimizer(const domain::session_options& options) {
  if (options.optimizer.rule == domain::optimizer_rule::unspecified) {
    return out_of("aggregator", "unspecified", "fedavg, fedavgm, fedadam, fedyogi or fedadagrad");
  }
  const auto fault = aggregation::fault_of({optimizer_of(options), options.proximal_mu});
  return fault.code == errc::none ? fault : domain::error{errc::malformed, fault.text};
}

domain::error wrong_selection(const domain::session_options& options) {
  const auto& how = options.selection;
  if (how.rule == domain::selection_rule::unspecified) {
    return out_of("selection.rule", "unspecified", "random, performance or resources");
  }
  if (!(how.fraction > 0.0 && how.fraction <= 1.0)) {
    return out_of("selection.fraction", std::to_string(how.fraction), "above 0 and at most 1");
  }
  if (how.clients.size() > clients_most) {
    return out_of("selection.clients", std::to_string(how.clients.size()) + " clients",
                  "at most " + std::to_string(clients_most));
  }
  const std::set<domain::client_id> different(how.clients.begin(), how.clients.end());
  if (different.size() != how.clients.size() || different.contains(domain::client_id{})) {
    return {errc::malformed, "selection.clients names a client twice, or one without an id"};
  }
  if (!how.clients.empty() && how.clients.size() < options.min_clients) {
    return out_of("min_clients", std::to_string(options.min_clients),
                  "at most as many as selection.clients names, or no round could reach it");
  }
  return {};
}

domain::error wrong_stop(const domain::session_options& options) {
  const auto& stop = options.stop_early;
  if (stop.metric.empty() || stop.metric.size() > metric_bytes) {
    return out_of("early_stop.metric", std::to_string(stop.metric.size()) + " bytes long", "1 to 128 bytes");
  }
  if (stop.target && !std::isfinite(*stop.target)) {
    return out_of("early_stop.target", std::to_string(*stop.target), "a finite number");
  }
  if (stop.window == 1 || stop.window > 1000) {
    return out_of("early_stop.window", std::to_string(stop.window), "0 (never) or 2 to 1000 rounds");
  }
  if (!(stop.threshold > 0.0 && std::isfinite(stop.threshold))) {
    return out_of("early_stop.threshold", std::to_string(stop.threshold), "a finite number above 0");
  }
  if ((stop.target || stop.window > 0) && !options.validate) {
    return out_of("early_stop", "set", "with validate only, for it looks at the validations");
  }
  return {};
}

/// Its members are the entry points' own; that it is JSON throughout is checked where it comes in.
domain::error wrong_settings(const domain::session_options& options) {
  const auto& text = options.client_settings;
  const auto most = domain::client_settings_bytes - mu_bytes;
  if (text.size() > most) {
    return out_of("client_settings", std::to_string(text.size()) + " bytes long",
                  "at most " + std::to_string(most) + " bytes");
  }
  if (!text.empty() && (text.size() < 2 || text.front() != '{' || text.back() != '}')) {
    return out_of("client_settings", "no JSON object", "a JSON object, or nothing");
  }
  return {};
}

} // namespace

aggregation::server_optimizer optimizer_of(const domain::session_options& options) {
  using enum domain::optimizer_rule;
  const auto rate = options.server_learning_rate;
  const auto& how = options.optimizer;
  const auto adaptive = [&](aggregation::adaptive_rule rule) {
    return aggregation::fedopt{rule, rate, how.beta1, how.beta2, how.tau};
  };
  switch (how.rule) {
  case momentum:
    return aggregation::fedavgm{rate, how.beta1};
  case adam:
    return adaptive(aggregation::adaptive_rule::adam);
  case yogi:
    return adaptive(aggregation::adaptive_rule::yogi);
  case adagrad:
    return adaptive(aggregation::adaptive_rule::adagrad);
  case average:
  case unspecified:
    break;
  }
  return aggregation::fedavg{rate};
}

std::string settings_for_clients(const domain::session_options& options) {
  auto text = options.client_settings;
  if (options.proximal_mu <= 0) {
    return text;
  }
  char number[32];
  const auto end = std::to_chars(std::begin(number), std::end(number), options.proximal_mu).ptr;
  const auto mu = "\"mu\":" + std::string(number, end) + "}";
  if (text.empty()) {
    return "{" + mu;
  }
  text.pop_back();
  const bool has_members = text.find_first_not_of(" \t\r\n", 1) != std::string::npos;
  return text + (has_members ? "," : "") + mu; // the last of two with one name is the one that counts
}

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
  const bool averages = options.optimizer.rule == domain::optimizer_rule::average;
  if (averages && !(options.server_learning_rate > 0.0 && options.server_learning_rate <= 1.0)) {
    return out_of("server_learning_rate", std::to_string(options.server_learning_rate), "above 0 and at most 1");
  }
  if (!(options.over_selection >= 0.0 && options.over_selection <= 10.0)) {
    return out_of("over_selection", std::to_string(options.over_selection), "0 to 10");
  }
  if (options.over_selection > 0.0 && options.requested_clients < 0) {
    return out_of("over_selection", std::to_string(options.over_selection),
                  "0 while requested_clients is -1, for all are asked anyway");
  }
  for (auto* wrong : {wrong_lateness, wrong_optimizer, wrong_selection, wrong_stop, wrong_settings}) {
    if (auto reason = wrong(options); reason.code != errc::none) {
      return reason;
    }
  }
  return {};
}

} // namespace fedloom::controller
