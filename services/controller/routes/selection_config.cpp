#include "services/controller/routes/selection_config.hpp"

#include "services/controller/routes/request_object.hpp"

#include <limits>

namespace fedloom::controller {

using domain::expected;

namespace {

constexpr std::size_t metric_bytes = 128;

using outcome = expected<void>;

outcome set_number(std::string_view key, const nlohmann::json& value, double& into) {
  if (!value.is_number()) {
    return tl::unexpected(wrong_value(key, value, "a number"));
  }
  into = value.get<double>();
  return {};
}

/// A member that is there and not null.
const nlohmann::json* member(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

outcome expect_object(std::string_view key, const nlohmann::json& value, const std::vector<std::string>& allowed) {
  if (!value.is_object()) {
    return tl::unexpected(wrong_value(key, value, "a JSON object"));
  }
  return only_keys(value, allowed).map_error([&](domain::error wrong) {
    wrong.text = std::string{key} + ": " + wrong.text;
    return wrong;
  });
}

outcome set_rule(const nlohmann::json& value, domain::selection_rule& into) {
  using enum domain::selection_rule;
  for (const auto rule : {random, performance, resources}) {
    if (value == to_string(rule)) {
      into = rule;
      return {};
    }
  }
  return tl::unexpected(wrong_value("selection.rule", value, R"("random", "performance" or "resources")"));
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    const auto comma = text.find(',');
    auto word = text.substr(0, comma);
    word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
    word = word.substr(0, word.find_last_not_of(' ') + 1);
    words.emplace_back(word);
    if (comma == std::string_view::npos) {
      return words;
    }
    text.remove_prefix(comma + 1);
  }
}

} // namespace

expected<std::vector<domain::client_id>> clients_from(std::string_view key, const nlohmann::json& value) {
  std::vector<domain::client_id> clients;
  if (value.is_null() || value == "") {
    return clients;
  }
  const auto wrong = [&] {
    return tl::unexpected(wrong_value(key, value, "client ids with commas between them, or a list of them"));
  };
  const auto words = value.is_string() ? nlohmann::json(split(value.get_ref<const std::string&>())) : value;
  if (!words.is_array()) {
    return wrong();
  }
  for (const auto& one : words) {
    if (!one.is_string() || !domain::valid_name(one.get_ref<const std::string&>())) {
      return wrong();
    }
    clients.emplace_back(one.get<std::string>());
  }
  return clients;
}

outcome set_selection(const nlohmann::json& value, domain::selection_options& into) {
  if (auto known = expect_object("selection", value, {"rule", "fraction", "clients"}); !known) {
    return known;
  }
  outcome set;
  if (const auto* rule = member(value, "rule")) {
    set = set_rule(*rule, into.rule);
  }
  if (const auto* fraction = member(value, "fraction"); fraction != nullptr && set) {
    set = set_number("selection.fraction", *fraction, into.fraction);
  }
  if (const auto* clients = member(value, "clients"); clients != nullptr && set) {
    set = clients_from("selection.clients", *clients).map([&](std::vector<domain::client_id> read) {
      into.clients = std::move(read);
    });
  }
  return set;
}

outcome set_early_stop(const nlohmann::json& value, domain::early_stop& into) {
  if (auto known = expect_object("early_stop", value, {"metric", "target", "window", "threshold"}); !known) {
    return known;
  }
  outcome set;
  if (member(value, "metric") != nullptr) {
    set = text_of(value, "metric", metric_bytes)
              .map([&](std::string name) { into.metric = std::move(name); })
              .map_error([](domain::error wrong) {
                wrong.text = "early_stop." + wrong.text;
                return wrong;
              });
  }
  if (const auto* target = member(value, "target"); target != nullptr && set) {
    double number = 0;
    set = set_number("early_stop.target", *target, number).map([&] { into.target = number; });
  }
  if (const auto* window = member(value, "window"); window != nullptr && set) {
    if (!window->is_number_unsigned() || !std::in_range<std::uint32_t>(window->get<std::uint64_t>())) {
      return tl::unexpected(wrong_value("early_stop.window", *window, "a number of rounds"));
    }
    into.window = window->get<std::uint32_t>();
  }
  if (const auto* threshold = member(value, "threshold"); threshold != nullptr && set) {
    set = set_number("early_stop.threshold", *threshold, into.threshold);
  }
  return set;
}

json json_of(const domain::selection_options& selection) {
  auto clients = json::array();
  for (const auto& one : selection.clients) {
    clients.push_back(one.value());
  }
  return {{"rule", to_string(selection.rule)}, {"fraction", selection.fraction}, {"clients", std::move(clients)}};
}

json json_of(const domain::early_stop& rule) {
  return {{"metric", rule.metric},
          {"target", rule.target ? json(*rule.target) : json(nullptr)},
          {"window", rule.window},
          {"threshold", rule.threshold}};
}

} // namespace fedloom::controller
