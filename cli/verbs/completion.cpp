#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

namespace {

// Each asks the program itself what may follow, so that it is never out of date. Where nothing fits, files do.
constexpr auto bash_script = R"(_fedloom() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _fedloom fedloom)";

constexpr auto zsh_script = R"(#compdef fedloom
_fedloom() {
  local -a found
  found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${found[*]}" ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _fedloom fedloom)";

constexpr auto fish_script = R"(function __fedloom_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] complete -- $words[2..-1] 2>/dev/null
end
complete -c fedloom -a '(__fedloom_complete)')";

struct shell {
  const char* name;
  const char* script;
  const char* use;
};
constexpr shell shells[] = {{"bash", bash_script, "source <(fedloom completion bash)"},
                            {"zsh", zsh_script, "source <(fedloom completion zsh)"},
                            {"fish", fish_script, "fedloom completion fish | source"}};

} // namespace

void add_completion_verb(command_tree& into) {
  auto& noun = into.noun("completion", "A script that lets a shell complete nouns, verbs and flags");
  for (const auto& one : shells) {
    into.verb(noun, one.name, std::string{"Try it: "} + one.use, reach::this_machine,
              [one](const context& in) -> outcome {
                in.print(json{{"shell", one.name}, {"script", one.script}}, one.script);
                return {};
              });
  }

  const auto words = std::make_shared<std::vector<std::string>>();
  auto& asked = into.verb(into.root(), "complete", "What the shells ask", reach::this_machine,
                          [words, &into](const context& in) -> outcome {
                            for (const auto& one : into.continuations(*words)) {
                              in.print(one);
                            }
                            return {};
                          });
  asked.group(""); // not for people
  asked.add_option("words", *words, "The words so far; the last is incomplete");
}

} // namespace fedloom::cli
