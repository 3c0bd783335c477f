#include "cli/command_tree.hpp"

#include "services/runtime/nearest_word.hpp"
#include "services/runtime/version.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace fedloom::cli {

namespace {

constexpr auto footer = R"(
Exit codes:
  0    done
  1    the server refused, or what was followed failed
  2    words that make no sense
  3    no controller there, or no answer in time
  4    nothing has this id or name
  5    something on this machine: a file, a program, a full disk
  130  interrupted

The controller is named by -H, -P and -p, or by FEDLOOM_CONTROLLER_HOST, _PORT and _PROTOCOL (FEDN_CONTROLLER_... too).
With --json, standard output carries JSON and nothing else.)";

constexpr auto see_root = "\nfedloom --help tells the exit codes, and how the controller is found.";

struct renamed {
  const char* theirs;
  const char* ours;
};
constexpr renamed flags[] = {{"-id", "--id"},
                             {"-hp", "--helper"},
                             {"-ak", "--aggregator_kwargs"},
                             {"-rt", "--round_timeout"},
                             {"-rb", "--round_buffer_size"},
                             {"-mc", "--min_clients"},
                             {"-rc", "--requested_clients"},
                             {"-va", "--validator"},
                             {"-tr", "--trainer"},
                             {"-in", "--init"}};

bool is_flag(const std::string& word) {
  return word.starts_with('-') && word.size() > 1;
}

/// Of the nouns or verbs below, what people are to see.
std::vector<std::string> words_below(const CLI::App& of) {
  std::vector<std::string> names;
  for (const auto* one : of.get_subcommands([](const CLI::App* which) { return !which->get_group().empty(); })) {
    names.push_back(one->get_name());
  }
  return names;
}

bool is_noun(const CLI::App& command) {
  return !command.get_subcommands([](const CLI::App*) { return true; }).empty();
}

std::vector<std::string> long_flags(const CLI::App& verb) {
  std::vector<std::string> all;
  for (const auto* option : verb.get_options()) {
    for (const auto& name : option->get_lnames()) {
      all.push_back("--" + name);
    }
  }
  return all;
}

/// "fedloom session start"
std::string path_of(const CLI::App& command) {
  const auto* parent = command.get_parent();
  return (parent == nullptr ? "" : path_of(*parent) + ' ') + command.get_name();
}

} // namespace

std::string long_flag(const std::string& word) {
  const auto* found = std::ranges::find(flags, word, [](const renamed& one) { return std::string{one.theirs}; });
  return found == std::end(flags) ? word : found->ours;
}

command_tree::command_tree() : root_("Federated learning that loses nothing.", "fedloom") {
  root_.set_version_flag("--version", "fedloom " + std::string{runtime::version()});
  root_.add_flag("--json", as_json_, "JSON on standard output");
  root_.footer(footer);
  root_.require_subcommand(1);
}

CLI::App& command_tree::noun(const std::string& name, const std::string& about) {
  auto& command = *root_.add_subcommand(name, about);
  command.footer(see_root);
  command.require_subcommand(1);
  return command;
}

CLI::App& command_tree::verb(CLI::App& of, const std::string& name, const std::string& about, reach to, action run) {
  auto& command = *of.add_subcommand(name, about);
  command.footer(see_root);
  command.add_flag("--json", as_json_, "JSON on standard output");
  if (to == reach::controller) {
    command.add_option("-H,--host", at_.host, "The controller's host, or its whole URL")->type_name("HOST");
    command.add_option("-P,--port", at_.port, "The port of its REST API")->type_name("PORT");
    command.add_option("-p,--protocol", at_.protocol, "http or https")->check(CLI::IsMember({"http", "https"}));
    command.add_option("-t,--token", at_.token, "Sent as authorization");
  }
  command.callback([this, run = std::move(run)] { run_ = run; });
  return command;
}

void command_tree::add_n_max(CLI::App& verb) {
  verb.add_option("--n_max", most_, "Objects at most, the newest first; 0: all")->type_name("N");
}

result<command_tree::chosen> command_tree::read(std::vector<std::string> words) {
  std::ranges::transform(words, words.begin(), long_flag);
  const auto found = walk(words);
  if (!found.unknown.empty()) {
    const auto near = runtime::nearest_word(found.unknown, words_below(*found.at));
    return fail(exit_code::usage, fmt::format("there is no \"{}\"{} See {} --help", found.unknown,
                                              near ? ", did you mean \"" + *near + "\"?" : ".", path_of(*found.at)));
  }
  try {
    root_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    return chosen{run_, {}};
  } catch (const CLI::CallForVersion& version) {
    return chosen{{}, std::string{version.what()}};
  } catch (const CLI::CallForHelp&) {
    return chosen{{}, root_.help()};
  } catch (const CLI::ParseError& wrong) {
    return wrong_words(wrong, words);
  }
}

result<command_tree::chosen> command_tree::wrong_words(const CLI::ParseError& what,
                                                       const std::vector<std::string>& words) {
  const auto& at = *walk(words).at;
  if (const auto verbs = words_below(at); !verbs.empty()) { // a noun alone
    return fail(exit_code::usage,
                fmt::format("say what to do: {} {}\n\n{}", path_of(at), fmt::join(verbs, "|"), root_.help()));
  }
  return fail(exit_code::usage, fmt::format("{}{}; see {} --help", what.what(), hint_for(at, words), path_of(at)));
}

std::string command_tree::hint_for(const CLI::App& verb, const std::vector<std::string>& words) const {
  const auto known = long_flags(verb);
  for (const auto& word : words) {
    const auto flag = word.substr(0, word.find('='));
    if (!flag.starts_with("--") || std::ranges::find(known, flag) != known.end()) {
      continue;
    }
    if (const auto near = runtime::nearest_word(flag, known)) {
      return " (did you mean " + *near + "?)";
    }
  }
  return {};
}

void command_tree::give_flags(context& to) const {
  to.as_json = as_json_;
  to.at = at_;
  to.most = most_;
}

command_tree::place command_tree::walk(const std::vector<std::string>& words) {
  place found{&root_, {}};
  for (const auto& word : words) {
    if (is_flag(word)) {
      continue; // the root and the nouns have none with a value
    }
    if (!is_noun(*found.at)) {
      return found;
    }
    const auto next = found.at->get_subcommands([&](CLI::App* one) { return one->get_name() == word; });
    if (next.empty()) {
      found.unknown = word;
      return found;
    }
    found.at = next.front();
  }
  return found;
}

std::vector<std::string> command_tree::continuations(const std::vector<std::string>& words) {
  const auto last = words.empty() ? std::string{} : words.back();
  const auto found = walk(words.empty() ? words : std::vector<std::string>(words.begin(), words.end() - 1));
  if (!found.unknown.empty()) {
    return {};
  }
  auto all = is_flag(last) ? long_flags(*found.at) : words_below(*found.at);
  std::erase_if(all, [&](const std::string& one) { return !one.starts_with(last); });
  std::ranges::sort(all);
  return all;
}

} // namespace fedloom::cli
