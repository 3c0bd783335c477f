#include "cli/run.hpp"

#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

namespace {

void add_all(command_tree& into) {
  for (const auto add : {add_session_verbs, add_watch_verb, add_model_verbs, add_package_verbs, add_run_verbs,
                         add_client_verbs, add_combiner_verbs, add_controller_verbs, add_record_verbs, add_up_verb,
                         add_demo_verb, add_doctor_verb, add_config_verb, add_completion_verb}) {
    add(into);
  }
}

} // namespace

exit_code run(std::vector<std::string> words, console& io, std::stop_token stop) {
  command_tree commands;
  add_all(commands);
  const auto done = commands.read(std::move(words)).and_then([&](const command_tree::chosen& what) -> outcome {
    if (!what.run) {
      io.out << what.text << std::endl;
      return {};
    }
    context in{io, false, {}, 0, std::move(stop)};
    commands.give_flags(in);
    try {
      return what.run(in);
    } catch (const json::exception& unexpected) {
      return fail(exit_code::refused,
                  std::string{"the controller's answer is none that this version knows: "} + unexpected.what());
    }
  });
  if (done) {
    return exit_code::ok;
  }
  io.err << "fedloom: " << done.error().text << std::endl;
  return done.error().code;
}

} // namespace fedloom::cli
