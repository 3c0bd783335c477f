#include "actors/client/runtime/interpreter.hpp"
#include "actors/client/runtime/sandbox.hpp"
#include "actors/client/runtime/subprocess.hpp"
#include "actors/package/compute_package.hpp"
#include "cli/checks.hpp"
#include "cli/program.hpp"

/// What running compute packages takes.
namespace fedloom::cli {

namespace {

/// Whether the interpreter can do this; what it prints is its answer.
std::optional<std::string> asked(const client::interpreter& python, const std::string& code,
                                 const check_options& with) {
  client::subprocess_order order;
  order.command = package::quoted(python.executable.string()) + " -c " + package::quoted(code);
  order.folder = "/";
  order.time_limit = std::chrono::seconds{20};
  const auto done = client::run_subprocess(order, with.stop);
  if (!done || done->how != client::subprocess_end::exited || done->status != 0) {
    return std::nullopt;
  }
  return done->output.substr(0, done->output.find('\n'));
}

} // namespace

finding check_programs(const check_options&) {
  std::string missing;
  for (const char* name : {"fedloom-controller", "fedloom-combiner", "fedloom-client", "fedloom-sandbox"}) {
    if (!find_program(name)) {
      missing += (missing.empty() ? "" : ", ") + std::string{name};
    }
  }
  return missing.empty() ? finding{verdict::ok, "all there", ""}
                         : finding{verdict::fail, "missing: " + missing, "build them: cmake --build build/release"};
}

finding check_python(const check_options& with) {
  const auto python = client::find_interpreter();
  const auto version = python.executable.empty()
                           ? std::nullopt
                           : asked(python, "import platform; print(platform.python_version())", with);
  if (!version) {
    return {verdict::warn, "none", "only clients need it, for packages in Python: apt-get install python3"};
  }
  const auto what = *version + ", " + python.executable.string();
  if (!asked(python, "import venv, ensurepip", with)) {
    return {verdict::warn, what + ", without venv",
            "packages with a python_env need it: apt-get install python3-venv, or name a prepared environment"};
  }
  return {verdict::ok, what + ", with venv", ""};
}

finding check_sandbox(const check_options&) {
  const auto opened = client::sandbox::open({}, client::sandbox::installed_launcher(), client::find_interpreter());
  if (!opened) {
    return {verdict::warn, opened.error().text, "clients would run packages without one"};
  }
  const bool is_none = opened->level() == client::sandbox_level::none;
  return {is_none ? verdict::warn : verdict::ok, opened->description(),
          is_none ? "packages see what their client sees: install bubblewrap" : ""};
}

} // namespace fedloom::cli
