#include "cli/command_tree.hpp"
#include "tests/cli/cli_world.hpp"

namespace fedloom::cli {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// FEDn's nouns and verbs, and fedloom's own.
const std::vector<std::vector<std::string>> all_verbs{{"client", "get"},
                                                      {"client", "list"},
                                                      {"client", "start"},
                                                      {"combiner", "get"},
                                                      {"combiner", "list"},
                                                      {"combiner", "start"},
                                                      {"completion", "bash"},
                                                      {"completion", "fish"},
                                                      {"completion", "zsh"},
                                                      {"config"},
                                                      {"controller", "start"},
                                                      {"demo"},
                                                      {"doctor"},
                                                      {"model", "compare"},
                                                      {"model", "download"},
                                                      {"model", "get"},
                                                      {"model", "list"},
                                                      {"model", "set-active"},
                                                      {"package", "create"},
                                                      {"package", "get"},
                                                      {"package", "list"},
                                                      {"package", "set-active"},
                                                      {"package", "upload"},
                                                      {"round", "get"},
                                                      {"round", "list"},
                                                      {"run", "build"},
                                                      {"run", "predict"},
                                                      {"run", "startup"},
                                                      {"run", "train"},
                                                      {"run", "validate"},
                                                      {"session", "cancel"},
                                                      {"session", "continue"},
                                                      {"session", "get"},
                                                      {"session", "list"},
                                                      {"session", "pause"},
                                                      {"session", "resume"},
                                                      {"session", "start"},
                                                      {"session", "stop"},
                                                      {"status", "get"},
                                                      {"status", "list"},
                                                      {"up"},
                                                      {"validation", "get"},
                                                      {"validation", "list"},
                                                      {"watch"}};

std::vector<std::string> continued(const std::vector<std::string>& words) {
  std::vector<std::string> all{"complete", "--"};
  all.insert(all.end(), words.begin(), words.end());
  std::istringstream out(say(all).out);
  std::vector<std::string> found;
  for (std::string line; std::getline(out, line);) {
    found.push_back(line);
  }
  return found;
}

/// Follows the shells' completions down to every verb.
std::vector<std::vector<std::string>> verbs_below(const std::vector<std::string>& path) {
  auto words = path;
  words.emplace_back("");
  const auto next = continued(words);
  if (next.empty()) {
    return {path};
  }
  std::vector<std::vector<std::string>> all;
  for (const auto& one : next) {
    words.back() = one;
    const auto below = verbs_below(words);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

} // namespace

TEST(command, has_these_verbs) {
  EXPECT_EQ(verbs_below({}), all_verbs);
}

TEST(command, every_verb_explains_itself_and_takes_json) {
  for (auto words : all_verbs) {
    words.emplace_back("--help");
    const auto told = say(words);
    EXPECT_EQ(told.code, exit_code::ok) << words[0];
    EXPECT_THAT(told.out, AllOf(HasSubstr("Usage: fedloom"), HasSubstr("--json"))) << words[0];
    EXPECT_THAT(told.err, IsEmpty());
  }
}

TEST(command, its_help_documents_the_exit_codes) {
  const auto told = say({"--help"});
  EXPECT_EQ(told.code, exit_code::ok);
  EXPECT_THAT(told.out, AllOf(HasSubstr("  1    the server refused"), HasSubstr("  130  interrupted"),
                              HasSubstr("FEDLOOM_CONTROLLER_HOST")));
}

TEST(command, says_its_version) {
  EXPECT_THAT(say({"--version"}).out, testing::StartsWith("fedloom 0."));
}

TEST(command, suggests_the_nearest_word_for_one_that_is_none) {
  const auto noun = say({"sesion", "list"});
  EXPECT_EQ(noun.code, exit_code::usage);
  EXPECT_THAT(noun.err, HasSubstr("there is no \"sesion\", did you mean \"session\"?"));
  EXPECT_THAT(say({"session", "strat"}).err, HasSubstr("did you mean \"start\"?"));
  EXPECT_THAT(say({"session", "start", "--round", "5"}).err, HasSubstr("did you mean --rounds?"));
  EXPECT_THAT(say({"session", "xyzzyxyzzy"}).err, HasSubstr("See fedloom session --help"));
}

TEST(command, a_noun_alone_is_answered_with_its_verbs) {
  const auto told = say({"session"});
  EXPECT_EQ(told.code, exit_code::usage);
  EXPECT_THAT(told.err, HasSubstr("say what to do: fedloom session start|"));
  EXPECT_THAT(told.out, IsEmpty());
  EXPECT_EQ(say({}).code, exit_code::usage);
}

TEST(command, wrong_values_are_wrong_words) {
  EXPECT_EQ(say({"session", "list", "--n_max", "many"}).code, exit_code::usage);
  EXPECT_EQ(say({"session", "list", "-p", "gopher"}).code, exit_code::usage);
  EXPECT_EQ(say({"session", "get"}).code, exit_code::usage);
  EXPECT_EQ(say({"session", "list", "--where", "status"}).code, exit_code::usage);
}

TEST(command, reads_fedns_flags_of_several_letters) {
  EXPECT_EQ(long_flag("-rc"), "--requested_clients");
  EXPECT_EQ(long_flag("-id"), "--id");
  EXPECT_EQ(long_flag("-r"), "-r");
}

TEST(command, completes_nouns_verbs_and_flags) {
  EXPECT_THAT(continued({"se"}), ElementsAre("session"));
  EXPECT_THAT(continued({"session", "st"}), ElementsAre("start", "stop"));
  EXPECT_THAT(continued({"session", "start", "--rou"}),
              ElementsAre("--round_buffer_size", "--round_timeout", "--rounds"));
  EXPECT_THAT(continued({"nothing", ""}), IsEmpty());
}

TEST(command, the_scripts_for_shells_ask_the_command_itself) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(say({"completion", shell}).out, HasSubstr("complete --"));
    EXPECT_EQ(say({"completion", shell, "--json"}).document().at("shell"), shell);
  }
}

TEST(command, config_tells_where_the_controller_is_and_no_secret) {
  ::setenv("FEDN_AUTH_TOKEN", "hush", 1);
  ::setenv("FEDLOOM_CONTROLLER_HOST", "fl.example.org", 1);
  const auto told = say({"config", "--json"});
  ::unsetenv("FEDN_AUTH_TOKEN");
  ::unsetenv("FEDLOOM_CONTROLLER_HOST");
  EXPECT_EQ(told.document().at("controller"), "http://fl.example.org:8092");
  EXPECT_EQ(told.document().at("has_token"), true);
  EXPECT_THAT(told.out, testing::Not(HasSubstr("hush")));
}

} // namespace fedloom::cli
