#include "services/controller/routes/session_config.hpp"

#include "actors/controller/session_machine.hpp"
#include "services/controller/routes/active_choice.hpp"
#include "services/controller/routes/aggregator_config.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/selection_config.hpp"

#include <cmath>
#include <limits>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::session_options;

namespace {

constexpr std::size_t prefix_bytes = 128;
constexpr std::chrono::hours longest_timeout{24 * 7};

using outcome = expected<void>;

outcome refuse(const char* key, const nlohmann::json& value, const std::string& wanted) {
  return tl::unexpected(wrong_value(key, value, wanted));
}

template <auto Member>
outcome set_integer(const char* key, const nlohmann::json& value, session_options& into) {
  using number = std::remove_reference_t<decltype(into.*Member)>;
  const bool fits = value.is_number_unsigned()  ? std::in_range<number>(value.get<std::uint64_t>())
                    : value.is_number_integer() ? std::in_range<number>(value.get<std::int64_t>())
                                                : false;
  if (!fits) {
    return refuse(key, value,
                  "an integer from " + std::to_string(std::numeric_limits<number>::min()) + " to " +
                      std::to_string(std::numeric_limits<number>::max()));
  }
  into.*Member = value.get<number>();
  return {};
}

outcome set_timeout(const char*, const nlohmann::json& value, session_options& into) {
  return round_timeout_from(value).map([&](domain::milliseconds limit) { into.round_timeout = limit; });
}

outcome set_validate(const char* key, const nlohmann::json& value, session_options& into) {
  if (!value.is_boolean()) {
    return refuse(key, value, "true or false");
  }
  into.validate = value.get<bool>();
  return {};
}

outcome set_weighting(const char* key, const nlohmann::json& value, session_options& into) {
  if (value != "examples" && value != "uniform") {
    return refuse(key, value, R"("examples" or "uniform")");
  }
  into.weights = value == "uniform" ? domain::weighting::uniform : domain::weighting::examples;
  return {};
}

outcome set_over_selection(const char* key, const nlohmann::json& value, session_options& into) {
  if (!value.is_number()) {
    return refuse(key, value, "a number from 0 to 10");
  }
  into.over_selection = value.get<double>();
  return {};
}

outcome set_late_updates(const char* key, const nlohmann::json& value, session_options& into) {
  for (const auto rule : {domain::late_rule::drop, domain::late_rule::carry, domain::late_rule::buffered}) {
    if (value == to_string(rule)) {
      into.late_updates = rule;
      return {};
    }
  }
  return refuse(key, value, R"("drop", "carry" or "buffered")");
}

outcome set_staleness_exponent(const char* key, const nlohmann::json& value, session_options& into) {
  if (!value.is_number()) {
    return refuse(key, value, "a number from 0 to 10");
  }
  into.staleness_exponent = value.get<double>();
  return {};
}

outcome set_prefix(const char* key, const nlohmann::json& value, session_options& into) {
  if (!value.is_string() || value.get_ref<const std::string&>().size() > prefix_bytes) {
    return refuse(key, value, "a text of at most " + std::to_string(prefix_bytes) + " bytes");
  }
  into.model_name_prefix = value.get<std::string>();
  return {};
}

// -- what a session's clients are told, and which they are -------------------------

outcome set_client_settings(const char* key, const nlohmann::json& value, session_options& into) {
  if (!value.is_object()) {
    return refuse(key, value, "a JSON object");
  }
  into.client_settings = value.empty() ? "" : value.dump();
  return {};
}

outcome set_selection_of(const char*, const nlohmann::json& value, session_options& into) {
  return set_selection(value, into.selection);
}

outcome set_client_ids(const char* key, const nlohmann::json& value, session_options& into) {
  return clients_from(key, value).map([&](std::vector<domain::client_id> read) {
    into.selection.clients = std::move(read);
  });
}

outcome set_early_stop_of(const char*, const nlohmann::json& value, session_options& into) {
  return set_early_stop(value, into.stop_early);
}

outcome set_helper(const char* key, const nlohmann::json& value, session_options& into) {
  if (!value.is_string()) {
    return refuse(key, value, "the name of a helper, for example \"numpyhelper\"");
  }
  return checked_helper(value.get<std::string>()).map([&](std::string name) { into.helper = std::move(name); });
}

outcome set_delete_models(const char* key, const nlohmann::json& value, session_options& into) {
  if (!value.is_boolean()) {
    return refuse(key, value, "true or false");
  }
  into.delete_models = value.get<bool>();
  return {};
}

outcome check_no_functions(const char* key, const nlohmann::json& value, session_options&) {
  return refuse(key, value, "null: server functions are not supported");
}

/// Read together, by set_aggregator.
outcome read_already(const char*, const nlohmann::json&, session_options&) {
  return {};
}

struct option {
  const char* key;
  outcome (*set)(const char* key, const nlohmann::json& value, session_options& into);
};

constexpr option options[] = {
    {"rounds", set_integer<&session_options::rounds>},
    {"requested_clients", set_integer<&session_options::requested_clients>},
    {"round_buffer_size", set_integer<&session_options::round_buffer_size>},
    {"buffer_size", set_integer<&session_options::round_buffer_size>},
    {"min_clients", set_integer<&session_options::min_clients>},
    {"clients_required", set_integer<&session_options::min_clients>},
    {"round_timeout", set_timeout},
    {"round_attempts", set_integer<&session_options::round_attempts>},
    {"validate", set_validate},
    {"weighting", set_weighting},
    {"aggregator", read_already},
    {"aggregator_kwargs", read_already},
    {"server_learning_rate", read_already},
    {"proximal_mu", read_already},
    {"client_settings", set_client_settings},
    {"selection", set_selection_of},
    {"client_ids", set_client_ids},
    {"early_stop", set_early_stop_of},
    {"helper_type", set_helper},
    {"helper", set_helper},
    {"delete_models_storage", set_delete_models},
    {"delete_models", set_delete_models},
    {"model_name_prefix", set_prefix},
    {"over_selection", set_over_selection},
    {"late_updates", set_late_updates},
    {"max_staleness", set_integer<&session_options::max_staleness>},
    {"staleness_exponent", set_staleness_exponent},
    {"server_functions", check_no_functions},
};

constexpr std::pair<const char*, const char*> same_options[] = {{"round_buffer_size", "buffer_size"},
                                                                {"min_clients", "clients_required"},
                                                                {"helper_type", "helper"},
                                                                {"delete_models_storage", "delete_models"}};

/// Which of two different values would count is nothing that the order of keys should decide.
outcome check_same(const nlohmann::json& config) {
  for (const auto& [key, alias] : same_options) {
    if (config.contains(key) && config.contains(alias) && config[key] != config[alias]) {
      return domain::failure(errc::malformed,
                             std::string{key} + " and " + alias + " are two names of one option; give one of them");
    }
  }
  return {};
}

std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  for (const auto& one : options) {
    keys.emplace_back(one.key);
  }
  return keys;
}

} // namespace

expected<domain::milliseconds> round_timeout_from(const nlohmann::json& value) {
  const auto seconds = value.is_number() ? value.get<double>() : -1.0;
  if (!(seconds >= 0.1 && seconds <= std::chrono::duration<double>(longest_timeout).count())) {
    return tl::unexpected(wrong_value("round_timeout", value, "a number of seconds from 0.1 to 604800"));
  }
  return domain::milliseconds{std::llround(seconds * 1000)};
}

expected<session_options> session_options_from(const nlohmann::json& config) {
  if (!config.is_object()) {
    return tl::unexpected(wrong_value("session_config", config, "a JSON object"));
  }
  if (auto known = only_keys(config, known_keys()).and_then([&] { return check_same(config); }); !known) {
    return tl::unexpected(known.error());
  }
  session_options wanted;
  if (auto set = set_aggregator(config, wanted); !set) {
    return tl::unexpected(set.error());
  }
  for (const auto& one : options) {
    const auto given = config.find(one.key);
    if (given == config.end() || given->is_null()) {
      continue;
    }
    if (auto set = one.set(one.key, *given, wanted); !set) {
      return tl::unexpected(set.error());
    }
  }
  if (auto wrong = validate(wanted); wrong.code != errc::none) {
    return tl::unexpected(std::move(wrong));
  }
  return wanted;
}

} // namespace fedloom::controller
