#include "cli/entity.hpp"
#include "cli/init_file.hpp"
#include "cli/service_start.hpp"
#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

namespace {

constexpr column columns[] = {{"client_id", "/client_id"}, {"name", "/name"},       {"status", "/status"},
                              {"combiner", "/combiner"},   {"package", "/package"}, {"last_seen", "/last_seen"}};
constexpr entity clients{"client", "/api/v1/clients", columns};

struct flag {
  const char* flags;
  const char* setting; ///< FEDn's name in the init file
  const char* about;
};
constexpr flag flags[] = {
    {"-u,--api-url", "api_url", "The controller's REST API, host or URL"},
    {"-p,--api-port", "api_port", "Its port"},
    {"--token", "token", "Sent as authorization"},
    {"-n,--name", "name", "For people"},
    {"-i,--client-id", "client_id", "Names this client for ever; made up and kept if missing"},
    {"--log-level", "log_level", "DEBUG, INFO, WARNING or ERROR"},
    {"-c,--preferred-combiner", "preferred_combiner", "Honoured if it lives and has room"},
    {"--combiner", "combiner", "Not supported: the controller places clients"},
    {"--combiner-port", "combiner_port", "Likewise"},
    {"--validator", "validator", "No effect, as in FEDn (its -va)"},
    {"--trainer", "trainer", "No effect, as in FEDn (its -tr)"},
    {"--helper_type", "helper_type", "No effect: models say what they are"},
    {"--package-folder", "package_folder", "The compute package's folder, for --local-package; ./client if missing"},
    {"--data-folder", "data_folder", "Where it keeps what must survive a restart"},
};

struct start_options {
  settings given;
  std::string init;
  std::string endpoint;
};

outcome start(const context& in, const start_options& wanted) {
  auto known = wanted.init.empty() ? result<settings>(settings{}) : read_init_file(wanted.init);
  if (!known) {
    return tl::unexpected(known.error());
  }
  for (const auto& [key, value] : wanted.given) {
    (*known)[key] = value; // flags go before the file
  }
  auto with = in;
  with.at = api_address(*known);
  const auto endpoint = wanted.endpoint.empty() ? mesh_endpoint(api(with)) : result<std::string>(wanted.endpoint);
  const auto told = endpoint.and_then([&](const std::string& one) { return client_variables(*known, one); });
  const auto program = told.and_then([](const variables&) { return find_program("fedloom-client"); });
  return program.and_then([&](const std::filesystem::path& one) { return become(one, {}, *told); });
}

void add_start(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<start_options>();
  auto& verb = into.verb(noun, "start", "Become a client: fedloom-client, told what FEDn's flags and file say",
                         reach::this_machine, [wanted](const context& in) { return start(in, *wanted); });
  for (const auto& one : flags) {
    verb.add_option_function<std::string>(
        one.flags, [wanted, one](const std::string& text) { wanted->given[one.setting] = text; }, one.about);
  }
  verb.add_flag_function(
      "--local-package", [wanted](std::int64_t) { wanted->given["package"] = "local"; },
      "Run the package in ./client, whatever sessions name");
  verb.add_option("--init", wanted->init, "Settings in FEDn's client file (its -in); flags go before them")
      ->type_name("FILE");
  verb.add_option("--endpoint", wanted->endpoint, "Where the mesh is dialled; the REST API is asked if missing")
      ->type_name("tcp://HOST:PORT");
}

} // namespace

void add_client_verbs(command_tree& into) {
  auto& noun = into.noun("client", "Data owners");
  add_start(into, noun);
  add_list_and_get(into, noun, clients);
}

} // namespace fedloom::cli
