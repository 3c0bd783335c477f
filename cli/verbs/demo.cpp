#include "cli/program.hpp"
#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

namespace {

namespace fs = std::filesystem;

/// The source folder that this program was built in: the one above that holds tools/demo.
result<fs::path> find_demo() {
  std::error_code unreadable;
  for (auto folder = own_folder(); folder != folder.root_path(); folder = folder.parent_path()) {
    if (const auto script = folder / "tools/demo_mesh.py"; fs::exists(script, unreadable)) {
      return script;
    }
  }
  return fail(exit_code::local, "the demo's example lies in fedloom's source folder, and this program is not in it; "
                                "clone the repository and run tools/demo there");
}

outcome demo(const context& in, const std::vector<std::string>& further) {
  const auto script = find_demo();
  if (!script) {
    return tl::unexpected(script.error());
  }
  std::vector<std::string> words{"python3", script->string(), "--binaries", own_folder().string()};
  if (in.as_json) {
    words.emplace_back("--json");
  }
  words.insert(words.end(), further.begin(), further.end());
  return become("/usr/bin/env", words, {});
}

} // namespace

void add_demo_verb(command_tree& into) {
  const auto further = std::make_shared<std::vector<std::string>>();
  auto& verb = into.verb(into.root(), "demo", "Ten data owners on this machine train on Fashion-MNIST",
                         reach::this_machine, [further](const context& in) { return demo(in, *further); });
  verb.add_option("options", *further, "Behind --, tools/demo's own: -- --clients 20 --rounds 5");
}

} // namespace fedloom::cli
