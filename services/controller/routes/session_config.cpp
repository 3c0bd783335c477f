#include "services/controller/routes/session_config.hpp"

#include "actors/controller/session_machine.hpp"
#include "services/controller/routes/request_object.hpp"

#include <cmath>
#include <limits>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::session_options;
using nlohmann::json;

namespace {

constexpr std::size_t prefix_bytes = 128;
constexpr std::chrono::hours longest_timeout{24 * 7};

using outcome = expected<void>;

outcome refuse(const char* key, const json& value, const std::string& wanted) {
  return tl::unexpected(wrong_value(key, value, wanted));
}

template <auto Member>
outcome set_integer(const char* key, const json& value, session_options& into) {
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

outcome set_timeout(const char*, const json& value, session_options& into) {
  return round_timeout_from(value).map([&](domain::milliseconds limit) { into.round_timeout = limit; });
}

outcome set_validate(const char* key, const json& value, session_options& into) {
  if (!value.is_boolean()) {
    return refuse(key, value, "true or false");
  }
  into.validate = value.get<bool>();
  return {};
}

outcome set_weighting(const char* key, const json& value, session_options& into) {
  if (value != "examples" && value != "uniform") {
    return refuse(key, value, R"("examples" or "uniform")");
  }
  into.weights = value == "uniform" ? domain::weighting::uniform : domain::weighting::examples;
  return {};
}

outcome set_learning_rate(const char* key, const json& value, session_options& into) {
  if (!value.is_number()) {
    return refuse(key, value, "a number above 0 and at most 1");
  }
  into.server_learning_rate = value.get<double>();
  return {};
}

outcome set_over_selection(const char* key, const json& value, session_options& into) {
  if (!value.is_number()) {
    return refuse(key, value, "a number from 0 to 10");
  }
  into.over_selection = value.get<double>();
  return {};
}

outcome set_late_updates(const char* key, const json& value, session_options& into) {
  for (const auto rule : {domain::late_rule::drop, domain::late_rule::carry, domain::late_rule::buffered}) {
    if (value == to_string(rule)) {
      into.late_updates = rule;
      return {};
    }
  }
  return refuse(key, value, R"("drop", "carry" or "buffered")");
}

outcome set_staleness_exponent(const char* key, const json& value, session_options& into) {
  if (!value.is_number()) {
    return refuse(key, value, "a number from 0 to 10");
  }
  into.staleness_exponent = value.get<double>();
  return {};
}

outcome set_prefix(const char* key, const json& value, session_options& into) {
  if (!value.is_string() || value.get_ref<const std::string&>().size() > prefix_bytes) {
    return refuse(key, value, "a text of at most " + std::to_string(prefix_bytes) + " bytes");
  }
  into.model_name_prefix = value.get<std::string>();
  return {};
}

// -- what FEDn's clients send besides -------------------------------------------

outcome check_aggregator(const char* key, const json& value, session_options&) {
  return value == "fedavg" ? outcome{} : refuse(key, value, R"("fedavg", the only aggregator)");
}

outcome check_helper(const char* key, const json& value, session_options&) {
  return value == "numpyhelper" ? outcome{} : refuse(key, value, R"("numpyhelper": only arrays can be averaged)");
}

outcome check_kwargs(const char* key, const json& value, session_options&) {
  return value.is_object() && value.empty() ? outcome{} : refuse(key, value, "null: the aggregator has no settings");
}

outcome check_no_functions(const char* key, const json& value, session_options&) {
  return refuse(key, value, "null: server functions are not supported");
}

outcome check_flag(const char* key, const json& value, session_options&) {
  return value.is_boolean() ? outcome{} : refuse(key, value, "true or false");
}

struct option {
  const char* key;
  outcome (*set)(const char* key, const json& value, session_options& into);
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
    {"server_learning_rate", set_learning_rate},
    {"model_name_prefix", set_prefix},
    {"over_selection", set_over_selection},
    {"late_updates", set_late_updates},
    {"max_staleness", set_integer<&session_options::max_staleness>},
    {"staleness_exponent", set_staleness_exponent},
    {"aggregator", check_aggregator},
    {"aggregator_kwargs", check_kwargs},
    {"helper_type", check_helper},
    {"server_functions", check_no_functions},
    {"delete_models_storage", check_flag},
};

constexpr std::pair<const char*, const char*> same_options[] = {{"round_buffer_size", "buffer_size"},
                                                                {"min_clients", "clients_required"}};

/// Which of two different values would count is nothing that the order of keys should decide.
outcome check_same(const json& config) {
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

expected<domain::milliseconds> round_timeout_from(const json& value) {
  const auto seconds = value.is_number() ? value.get<double>() : -1.0;
  if (!(seconds >= 0.1 && seconds <= std::chrono::duration<double>(longest_timeout).count())) {
    return tl::unexpected(wrong_value("round_timeout", value, "a number of seconds from 0.1 to 604800"));
  }
  return domain::milliseconds{std::llround(seconds * 1000)};
}

expected<session_options> session_options_from(const json& config) {
  if (!config.is_object()) {
    return tl::unexpected(wrong_value("session_config", config, "a JSON object"));
  }
  if (auto known = only_keys(config, known_keys()).and_then([&] { return check_same(config); }); !known) {
    return tl::unexpected(known.error());
  }
  session_options wanted;
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
