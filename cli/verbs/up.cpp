#include "cli/mesh_up.hpp"
#include "cli/verbs/verbs.hpp"

#include <cstdlib>
#include <fmt/format.h>

namespace fedloom::cli {

namespace {

namespace fs = std::filesystem;

/// A folder for stores and logs: the one that was named, or one that goes with this object.
class mesh_folder {
public:
  explicit mesh_folder(fs::path named) : path_(std::move(named)), is_named_(!path_.empty()) {
    if (!is_named_) {
      auto name = (fs::temp_directory_path() / "fedloom-up-XXXXXX").string();
      path_ = ::mkdtemp(name.data()) == nullptr ? fs::path{} : fs::path(name);
    }
  }
  ~mesh_folder() {
    std::error_code ignored;
    if (!is_named_ && !path_.empty()) {
      fs::remove_all(path_, ignored);
    }
  }
  mesh_folder(const mesh_folder&) = delete;
  mesh_folder& operator=(const mesh_folder&) = delete;

  const fs::path& path() const { return path_; }

private:
  fs::path path_;
  bool is_named_;
};

outcome up(const context& in, mesh_plan plan) {
  const mesh_folder folder(plan.folder);
  if (folder.path().empty()) {
    return fail(exit_code::local, "no temporary folder can be made; name one with --keep");
  }
  plan.folder = fs::absolute(folder.path());
  mesh_up mesh(in, plan);
  if (auto started = mesh.start(); !started) {
    return started;
  }
  const auto at = mesh.where();
  in.print(json{{"event", "ready"},
                {"url", at.url()},
                {"host", at.host},
                {"port", at.port},
                {"mesh_endpoint", mesh.endpoint()},
                {"clients", plan.clients},
                {"folder", plan.folder.string()}},
           fmt::format("The mesh is up: {}, {} clients. Logs and stores: {}\nNext: fedloom model set-active -f "
                       "seed.npz{port}; fedloom session start --watch{port}. Ctrl-C ends everything.",
                       at.url(), plan.clients, plan.folder.string(),
                       fmt::arg("port", at.port == 8092 ? "" : " -P " + std::to_string(at.port))));
  return mesh.watch();
}

} // namespace

void add_up_verb(command_tree& into) {
  const auto plan = std::make_shared<mesh_plan>();
  auto& verb = into.verb(into.root(), "up", "A whole mesh on this machine: controller, combiner and clients",
                         reach::this_machine, [plan](const context& in) { return up(in, *plan); });
  verb.add_option("-c,--clients", plan->clients, "How many data owners")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  verb.add_option("-p,--package", plan->package,
                  "A project's folder that every client runs; the active package if missing")
      ->type_name("FOLDER")
      ->check(CLI::ExistingDirectory);
  verb.add_option("-e,--env", plan->variables,
                  "For the clients' entry points; {index} (from 0), {number} (from 1) and {clients} are filled in")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb.add_option("-P,--port", plan->port, "Of the REST API; 0: any free one")->capture_default_str();
  verb.add_option("--keep", plan->folder, "Keep stores and logs here, and go on from them")->type_name("FOLDER");
}

} // namespace fedloom::cli
