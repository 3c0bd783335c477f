#include "actors/client/runtime/metadata_file.hpp"
#include "actors/client/runtime/python_environment.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "actors/package/package_file.hpp"
#include "cli/children.hpp"
#include "cli/verbs/verbs.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace fedloom::cli {

namespace {

namespace fs = std::filesystem;

struct run_options {
  fs::path folder;
  fs::path input;
  fs::path output;
  std::string settings;
  bool keep_environment = false;
};

/// Environments are known by what they hold and are used again, whichever project asks for them.
fs::path environments_folder() {
  const auto cache = environment("XDG_CACHE_HOME");
  const auto home = environment("HOME");
  return (cache.empty() ? fs::path(home.empty() ? "/tmp" : home) / ".cache" : fs::path(cache)) / "fedloom/environments";
}

outcome make_environment(const context& in, package::compute_package& package) {
  if (package.environment_file && !package.python_env) {
    in.io.err << "fedloom: preparing the Python environment of " << package.environment_file->filename().string()
              << " (the first time takes a while)\n";
  }
  const client::python_environments environments(environments_folder());
  const auto ready = client::prepare_environment(package, environments, {}, in.stop);
  return ready ? outcome{} : local_failure(ready.error());
}

/// Beside the model, unless its owner put some there.
outcome write_settings(const run_options& with) {
  const auto file = fs::path(with.input) += "-metadata";
  std::error_code unreadable;
  if (with.settings.empty() && fs::exists(file, unreadable)) {
    return {};
  }
  if (!with.settings.empty() && !json::parse(with.settings, nullptr, false).is_object()) {
    return fail(exit_code::usage, "--settings: must be a JSON object, for example '{\"epochs\": 2}'");
  }
  const auto written = client::write_settings(file, with.settings);
  return written ? outcome{} : local_failure(written.error());
}

/// Runs a command to its end; what it prints goes where ours goes, but never into JSON.
outcome run_command(const context& in, const std::string& entry, const std::string& command, const fs::path& folder) {
  auto order = client::order_for(command, folder, {}, {});
  order.output_fd = in.as_json ? STDERR_FILENO : STDOUT_FILENO;
  order.error_fd = STDERR_FILENO;
  children running(in.stop);
  if (auto started = running.start(entry, std::move(order)); !started) {
    return started;
  }
  const auto ended = running.wait();
  if (!ended) {
    return fail(exit_code::interrupted, "interrupted; " + entry + " was ended");
  }
  return ended->status == 0 ? outcome{} : fail(exit_code::local, fmt::format("{} ended with {}", entry, ended->status));
}

/// What clients would take of it, checked as they do.
result<json> report_of(const std::string& entry, const run_options& with) {
  json report{{"entry_point", entry}};
  if (entry == "train") {
    std::error_code unreadable;
    if (!fs::exists(with.output, unreadable)) {
      return fail(exit_code::local, "train ended well, but wrote no " + with.output.string());
    }
    const auto file = fs::path(with.output) += "-metadata";
    const auto written = client::read_metadata(file);
    if (!written) {
      return fail(exit_code::local, written.error().text);
    }
    if (!written->example_count || *written->example_count == 0) {
      return fail(exit_code::local, file.string() + ": num_examples is missing; it must be an integer of at least 1");
    }
    report["output"] = with.output.string();
    report["num_examples"] = *written->example_count;
    for (const auto& one : written->metrics) {
      report["metrics"][one.name] = one.value;
    }
  } else if (!with.output.empty()) {
    const auto written = client::read_report(with.output);
    if (!written) {
      return fail(exit_code::local, written.error().text);
    }
    report["output"] = with.output.string();
    report["report"] = json::parse(*written, nullptr, false);
  }
  return report;
}

outcome run_entry(const context& in, const std::string& entry, run_options with) {
  auto package = package::load_package(with.folder);
  if (!package) {
    return local_failure(package.error());
  }
  if (auto ready = make_environment(in, *package); !ready) {
    return ready;
  }
  std::vector<fs::path> arguments;
  if (!with.input.empty()) {
    std::error_code unreadable;
    if (!fs::is_regular_file(with.input, unreadable)) {
      return fail(exit_code::local, with.input.string() + ": there is no such model");
    }
    arguments = {fs::absolute(with.input), fs::absolute(with.output)};
    if (auto written = write_settings(with); !written) {
      return written;
    }
  }
  const auto command = package::command_line(*package, entry, arguments);
  if (!command) {
    return local_failure(command.error());
  }
  return run_command(in, entry, *command, package->project_dir)
      .and_then([&] { return report_of(entry, with); })
      .map([&](const json& report) {
        if (in.as_json) {
          in.print(report);
        } else if (report.contains("num_examples")) {
          in.print(fmt::format("{}  {} examples", report.value("output", ""), report.value("num_examples", 0)));
        }
      });
}

struct entry_verb {
  const char* name;
  const char* about;
  bool has_files; ///< IN and OUT
};
constexpr entry_verb entries[] = {
    {"build", "Run the package's build: as a rule it makes the seed model", false},
    {"startup", "Run what clients run once before their first task", false},
    {"train", "Train a model as a client would", true},
    {"validate", "Validate a model as a client would", true},
    {"predict", "Predict with a model as a client would", true},
};

} // namespace

void add_run_verbs(command_tree& into) {
  auto& noun = into.noun("run", "Entry points of a compute package, here and now");
  for (const auto& one : entries) {
    const auto with = std::make_shared<run_options>();
    auto& verb = into.verb(noun, one.name, one.about, reach::this_machine,
                           [with, one](const context& in) { return run_entry(in, one.name, *with); });
    verb.add_option("-p,--path", with->folder, "The folder with fedn.yaml")->required()->type_name("FOLDER");
    verb.add_flag("-v,--keep-venv", with->keep_environment, "No effect: environments are kept and used again");
    if (one.has_files) {
      verb.add_option("-i,--input", with->input, "The model")->required()->type_name("FILE");
      verb.add_option("-o,--output", with->output, "Where the result goes")->required()->type_name("FILE");
      verb.add_option("--settings", with->settings, "What a session would tell its clients, put beside the model")
          ->type_name("JSON");
    }
  }
}

} // namespace fedloom::cli
