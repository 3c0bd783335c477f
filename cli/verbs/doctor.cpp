#include "cli/checks.hpp"
#include "cli/verbs/verbs.hpp"

#include <fmt/format.h>

namespace fedloom::cli {

namespace {

const char* word_for(verdict how) {
  constexpr const char* words[] = {"ok", "warn", "fail"};
  return words[static_cast<std::size_t>(how)];
}

outcome doctor(const context& in, const std::filesystem::path& folder) {
  auto all = json::array();
  int failed = 0;
  for (const auto& one : machine_checks()) {
    const auto found = one.look({folder, in.stop});
    failed += found.how == verdict::fail ? 1 : 0;
    all.push_back(
        {{"check", one.name}, {"verdict", word_for(found.how)}, {"found", found.what}, {"advice", found.advice}});
    if (in.as_json) {
      continue;
    }
    in.print(fmt::format("{:<4}  {:<10}  {}", word_for(found.how), one.name, found.what));
    if (!found.advice.empty()) {
      in.print(fmt::format("{:<18}{}", "", found.advice));
    }
  }
  if (in.as_json) {
    in.print(json{{"ok", failed == 0}, {"checks", all}});
  }
  return failed == 0 ? outcome{} : fail(exit_code::local, fmt::format("{} of these must be mended first", failed));
}

} // namespace

void add_doctor_verb(command_tree& into) {
  const auto folder = std::make_shared<std::filesystem::path>(".");
  auto& verb = into.verb(into.root(), "doctor", "Whether this machine has what fedloom needs, and what to do if not",
                         reach::this_machine, [folder](const context& in) { return doctor(in, *folder); });
  verb.add_option("--folder", *folder, "Where data would lie")->capture_default_str()->type_name("FOLDER");
}

} // namespace fedloom::cli
