#include "cli/program.hpp"
#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

void add_controller_verbs(command_tree& into) {
  auto& noun = into.noun("controller", "The owner of sessions and models");
  const auto config = std::make_shared<std::string>();
  auto& verb = into.verb(
      noun, "start", "Become the controller: fedloom-controller", reach::this_machine, [config](const context&) {
        return find_program("fedloom-controller").and_then([&](const std::filesystem::path& program) {
          const auto words =
              config->empty() ? std::vector<std::string>{} : std::vector<std::string>{"--config", *config};
          return become(program, words, {});
        });
      });
  verb.add_option("--config", *config, "Its configuration; defaults and environment if missing")->type_name("FILE");
}

} // namespace fedloom::cli
