#include "cli/watch.hpp"
#include "cli/entity.hpp"
#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

void add_watch_verb(command_tree& into) {
  const auto id = std::make_shared<std::string>();
  auto& verb = into.verb(into.root(), "watch", "Follow a session: a line per round as it ends", reach::controller,
                         [id](const context& in) { return watch(in, *id); });
  add_id(verb, *id, "Which session")->required();
}

} // namespace fedloom::cli
