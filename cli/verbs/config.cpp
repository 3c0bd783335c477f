#include "cli/table.hpp"
#include "cli/verbs/verbs.hpp"

#include <algorithm>
#include <unistd.h>

namespace fedloom::cli {

namespace {

/// Of the environment, what is fedloom's or FEDn's; secrets are not shown.
json variables_of_ours() {
  std::vector<std::string> ours;
  for (char** one = environ; *one != nullptr; ++one) {
    if (const std::string text = *one; text.starts_with("FEDLOOM_") || text.starts_with("FEDN_")) {
      ours.push_back(text);
    }
  }
  std::ranges::sort(ours);
  auto all = json::object();
  for (const auto& one : ours) {
    const auto name = one.substr(0, one.find('='));
    const bool is_secret = name.find("TOKEN") != std::string::npos || name.find("SECRET") != std::string::npos ||
                           name.find("PASSWORD") != std::string::npos || name.find("KEY") != std::string::npos;
    all[name] = is_secret ? "(not shown)" : one.substr(name.size() + 1);
  }
  return all;
}

outcome config(const context& in) {
  const auto at = in.at.resolved();
  const auto variables = variables_of_ours();
  if (in.as_json) {
    in.print(json{{"controller", at.url()}, {"has_token", !at.token.empty()}, {"environment", variables}});
    return {};
  }
  in.print(listing(json{{"controller", at.url()}, {"token", at.token.empty() ? "none" : "given"}}));
  if (!variables.empty()) {
    in.print("\n" + listing(variables));
  }
  return {};
}

} // namespace

void add_config_verb(command_tree& into) {
  into.verb(into.root(), "config", "Where the controller is looked for, and the environment that says so",
            reach::controller, config);
}

} // namespace fedloom::cli
