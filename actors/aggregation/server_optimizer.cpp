#include "actors/aggregation/server_optimizer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace fedloom::aggregation {

namespace {

using domain::errc;
using domain::failure;

/// A bound in figures and in words; `reaches` says whether it is allowed itself.
struct bounds {
  double least;
  bool reaches_least;
  double most;
  bool reaches_most;

  bool hold(double value) const {
    return (reaches_least ? value >= least : value > least) && (reaches_most ? value <= most : value < most);
  }
};

constexpr bounds share{0, false, 1, true};       ///< (0, 1]
constexpr bounds decay{0, true, 1, false};       ///< [0, 1)
constexpr bounds rate{0, false, 1000, true};     ///< (0, 1000]
constexpr bounds floor{1e-12, true, 1000, true}; ///< of a denominator
constexpr bounds pull{0, true, 1000, true};      ///< [0, 1000]

constexpr std::array<std::string_view, 3> rule_names = {"adam", "yogi", "adagrad"};

std::string_view name_of(adaptive_rule rule) {
  return rule_names[static_cast<std::size_t>(rule) - 1];
}

std::optional<adaptive_rule> rule_named(std::string_view name) {
  const auto at = std::ranges::find(rule_names, name);
  return at == rule_names.end() ? std::nullopt : std::optional(static_cast<adaptive_rule>(at - rule_names.begin() + 1));
}

/// An option that is a number: its name, where it stands, and what it may be.
template <class Double>
struct number {
  std::string_view name;
  Double* value;
  bounds allowed;
};

/// The one list of them, for reading (const) and for writing.
template <class Aggregator>
auto numbers_of(Aggregator& what) {
  using one = number<std::remove_reference_t<decltype((what.mu))>>;
  std::vector<one> numbers;
  if (auto* avg = std::get_if<fedavg>(&what.optimizer)) {
    numbers = {{"learning_rate", &avg->learning_rate, share}};
  } else if (auto* momentum = std::get_if<fedavgm>(&what.optimizer)) {
    numbers = {{"learning_rate", &momentum->learning_rate, rate}, {"beta", &momentum->beta, decay}};
  } else if (auto* opt = std::get_if<fedopt>(&what.optimizer)) {
    numbers = {{"learning_rate", &opt->learning_rate, rate},
               {"beta1", &opt->beta1, decay},
               {"beta2", &opt->beta2, decay},
               {"tau", &opt->tau, floor}};
  }
  numbers.push_back({"mu", &what.mu, pull});
  return numbers;
}

std::string text_of(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string text_of(const bounds& allowed) {
  return std::string(allowed.reaches_least ? "at least " : "above ") + text_of(allowed.least) +
         (allowed.reaches_most ? " and at most " : " and below ") + text_of(allowed.most);
}

/// fedopt's rule: one of its options, because FEDn has it there.
domain::expected<server_optimizer> fedopt_of(const option_values& options) {
  const auto given = options.find("serveropt");
  if (given == options.end()) {
    return fedopt{};
  }
  const auto* text = std::get_if<std::string>(&given->second);
  if (text == nullptr) {
    return failure(errc::malformed, "serveropt must be a text");
  }
  const auto rule = rule_named(*text);
  if (!rule) {
    return failure(errc::config_invalid, "serveropt is \"" + *text + "\"; it can be adam, yogi or adagrad");
  }
  return fedopt{*rule};
}

domain::expected<server_optimizer> optimizer_named(std::string_view name, const option_values& options) {
  if (name == "fedavg" || name == "fedprox") {
    return fedavg{};
  }
  if (name == "fedavgm") {
    return fedavgm{};
  }
  if (name == "fedopt") {
    return fedopt_of(options);
  }
  if (const auto rule = name.starts_with("fed") ? rule_named(name.substr(3)) : std::nullopt) {
    return fedopt{*rule};
  }
  return failure(errc::config_invalid, "there is no aggregator \"" + std::string(name) +
                                           "\"; there are fedavg, fedprox, fedavgm, fedopt, fedadam, fedyogi and "
                                           "fedadagrad");
}

domain::expected<void> set(const std::vector<number<double>>& numbers, std::string_view aggregator,
                           const std::string& name, const option_value& value) {
  const auto known = std::ranges::find(numbers, name, &number<double>::name);
  if (known == numbers.end()) {
    std::string names = aggregator == "fedopt" ? "serveropt" : "";
    for (const auto& one : numbers) {
      names += (names.empty() ? "" : ", ") + std::string(one.name);
    }
    return failure(errc::config_invalid, std::string(aggregator) + " has no option \"" + name + "\"; it has " + names);
  }
  const auto* figure = std::get_if<double>(&value);
  if (figure == nullptr) {
    return failure(errc::malformed, name + " of " + std::string(aggregator) + " must be a number");
  }
  *known->value = *figure;
  return {};
}

} // namespace

domain::expected<aggregator> parse_aggregator(std::string_view name, const option_values& options) {
  auto optimizer = optimizer_named(name, options);
  if (!optimizer) {
    return tl::unexpected(std::move(optimizer.error()));
  }
  aggregator result{*optimizer};
  const auto numbers = numbers_of(result);
  for (const auto& [option, value] : options) {
    if (name == "fedopt" && option == "serveropt") {
      continue;
    }
    if (auto known = set(numbers, name, option, value); !known) {
      return tl::unexpected(std::move(known.error()));
    }
  }
  if (name == "fedprox" && !options.contains("mu")) {
    return failure(errc::config_invalid, "fedprox needs the option mu");
  }
  if (auto fault = fault_of(result); fault.code != errc::none) {
    return tl::unexpected(std::move(fault));
  }
  return result;
}

std::string_view name_of(const aggregator& what) {
  if (std::holds_alternative<fedopt>(what.optimizer)) {
    return "fedopt";
  }
  if (std::holds_alternative<fedavgm>(what.optimizer)) {
    return "fedavgm";
  }
  return what.mu > 0 ? "fedprox" : "fedavg";
}

option_values options_of(const aggregator& what) {
  option_values options;
  for (const auto& one : numbers_of(what)) {
    options.emplace(one.name, *one.value);
  }
  if (const auto* opt = std::get_if<fedopt>(&what.optimizer)) {
    options.emplace("serveropt", std::string(name_of(opt->serveropt)));
  }
  return options;
}

domain::error fault_of(const aggregator& what) {
  for (const auto& one : numbers_of(what)) {
    if (!one.allowed.hold(*one.value)) { // nor does it for NaN
      return {errc::config_invalid, std::string(one.name) + " of " + std::string(name_of(what)) + " is " +
                                        text_of(*one.value) + "; it must be " + text_of(one.allowed)};
    }
  }
  return {};
}

model::manifest state_manifest(const server_optimizer& how, const model::manifest& what) {
  model::manifest state;
  if (std::holds_alternative<fedavg>(how)) {
    return state;
  }
  for (std::size_t i = 0; i < what.tensors.size(); ++i) {
    const auto& tensor = what.tensors[i];
    if (!model::is_float(tensor.type)) {
      continue;
    }
    const auto type = tensor.type == model::dtype::f64 ? model::dtype::f64 : model::dtype::f32;
    state.tensors.push_back({"m." + std::to_string(i), type, tensor.shape});
    if (std::holds_alternative<fedopt>(how)) {
      state.tensors.push_back({"v." + std::to_string(i), type, tensor.shape});
    }
  }
  return state;
}

model::stream_limits state_limits() {
  model::stream_limits limits;
  limits.tensors *= 2;
  limits.stream_bytes *= 4;
  return limits;
}

} // namespace fedloom::aggregation
