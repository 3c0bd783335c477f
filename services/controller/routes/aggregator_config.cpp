#include "services/controller/routes/aggregator_config.hpp"

#include "actors/aggregation/server_optimizer.hpp"
#include "actors/controller/session_options.hpp"
#include "services/controller/routes/request_object.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;
using domain::optimizer_options;
using domain::optimizer_rule;

namespace {

constexpr std::size_t setting_bytes = 64;
constexpr std::size_t settings_bytes = 2048; ///< of a text: how deep it can be nested, too

nlohmann::json given(const nlohmann::json& config, const char* key) {
  return config.value(key, nlohmann::json(nullptr));
}

/// FEDn's command line sends the text that was typed.
expected<nlohmann::json> settings_from(const nlohmann::json& config) {
  auto settings = given(config, "aggregator_kwargs");
  if (settings.is_string() && settings.get_ref<const std::string&>().size() <= settings_bytes) {
    settings = nlohmann::json::parse(settings.get_ref<const std::string&>(), nullptr, false);
  }
  if (settings.is_null()) {
    return nlohmann::json::object();
  }
  if (!settings.is_object()) {
    return tl::unexpected(wrong_value("aggregator_kwargs", given(config, "aggregator_kwargs"), "a JSON object"));
  }
  return settings;
}

expected<aggregation::option_values> values_of(const nlohmann::json& settings) {
  aggregation::option_values values;
  for (const auto& [key, value] : settings.items()) {
    if (key.size() > setting_bytes) { // nor would the answer be readable
      return failure(errc::malformed, "aggregator_kwargs has a key of " + std::to_string(key.size()) + " bytes");
    }
    if (value.is_boolean()) {
      values.emplace(key, value.get<bool>());
    } else if (value.is_number()) {
      values.emplace(key, value.get<double>());
    } else if (value.is_string()) {
      values.emplace(key, value.get<std::string>());
    } else {
      return tl::unexpected(wrong_value("aggregator_kwargs." + key, value, "a number or a word"));
    }
  }
  return values;
}

/// A number that stands beside the aggregator's settings, where it may stand too.
expected<std::optional<double>> number_beside(const nlohmann::json& config, const char* key,
                                              const aggregation::option_values& settings, const char* setting) {
  const auto value = given(config, key);
  if (value.is_null()) {
    return std::nullopt;
  }
  if (!value.is_number()) {
    return tl::unexpected(wrong_value(key, value, "a number"));
  }
  const auto same = settings.find(setting);
  if (same != settings.end() && same->second != aggregation::option_value{value.get<double>()}) {
    return failure(errc::malformed, std::string{key} + " and aggregator_kwargs." + setting +
                                        " are two names of one option; give one of them");
  }
  return value.get<double>();
}

optimizer_rule rule_of(aggregation::adaptive_rule rule) {
  switch (rule) {
  case aggregation::adaptive_rule::yogi:
    return optimizer_rule::yogi;
  case aggregation::adaptive_rule::adagrad:
    return optimizer_rule::adagrad;
  case aggregation::adaptive_rule::adam:
    break;
  }
  return optimizer_rule::adam;
}

struct to_record {
  domain::session_options& into;

  void operator()(const aggregation::fedavg& how) const {
    into.optimizer = {};
    into.server_learning_rate = how.learning_rate;
  }
  void operator()(const aggregation::fedavgm& how) const {
    into.optimizer = {.rule = optimizer_rule::momentum, .beta1 = how.beta};
    into.server_learning_rate = how.learning_rate;
  }
  void operator()(const aggregation::fedopt& how) const {
    into.optimizer = {rule_of(how.serveropt), how.beta1, how.beta2, how.tau};
    into.server_learning_rate = how.learning_rate;
  }
};

aggregation::aggregator chosen(const domain::session_options& options) {
  return {optimizer_of(options), options.proximal_mu};
}

expected<aggregation::option_values> read_values(const nlohmann::json& config) {
  return settings_from(config).and_then(values_of);
}

} // namespace

expected<void> set_aggregator(const nlohmann::json& config, domain::session_options& into) {
  const auto name = given(config, "aggregator");
  if (!name.is_null() && !name.is_string()) {
    return tl::unexpected(wrong_value("aggregator", name, "a word, for example \"fedavg\""));
  }
  auto values = read_values(config);
  if (!values) {
    return tl::unexpected(values.error());
  }
  const auto rate = number_beside(config, "server_learning_rate", *values, "learning_rate");
  const auto mu = number_beside(config, "proximal_mu", *values, "mu");
  if (!rate || !mu) {
    return tl::unexpected(!rate ? rate.error() : mu.error());
  }
  if (*mu) {
    values->emplace("mu", **mu);
  }
  const auto wanted = aggregation::parse_aggregator(name.is_null() ? "fedavg" : name.get<std::string>(), *values);
  if (!wanted) {
    return failure(errc::malformed, "aggregator: " + wanted.error().text);
  }
  std::visit(to_record{into}, wanted->optimizer);
  into.proximal_mu = wanted->mu;
  into.server_learning_rate = rate->value_or(into.server_learning_rate);
  return {};
}

json aggregator_of(const domain::session_options& options) {
  return name_of(chosen(options));
}

json aggregator_kwargs_of(const domain::session_options& options) {
  auto settings = json::object();
  for (const auto& [key, value] : options_of(chosen(options))) {
    std::visit([&, &name = key](const auto& one) { settings[name] = one; }, value);
  }
  return settings;
}

} // namespace fedloom::controller
