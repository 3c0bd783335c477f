#include "cli/entity.hpp"
#include "cli/init_file.hpp"
#include "cli/service_start.hpp"
#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

namespace {

constexpr column columns[] = {{"combiner_id", "/combiner_id"}, {"status", "/status"},
                              {"address", "/address"},         {"port", "/port"},
                              {"clients", "/clients"},         {"max_clients", "/max_clients"}};
constexpr entity combiners{"combiner", "/api/v1/combiners", columns};

struct flag {
  const char* flags;
  const char* setting; ///< FEDn's name in the init file
  const char* about;
};
constexpr flag flags[] = {
    {"-d,--discoverhost", "discover_host", "The controller's host"},
    {"-p,--discoverport", "discover_port", "The port of its REST API"},
    {"-t,--token", "token", "Sent as authorization"},
    {"-n,--name", "name", "Names this combiner for ever; made up and kept if missing"},
    {"-h,--host", "host", "What clients are told to dial; 127.0.0.1 if missing"},
    {"-i,--port", "port", "12080 if missing"},
    {"-f,--fqdn", "fqdn", "What clients are told to dial, if not the host"},
    {"-s,--secure", "secure", "Not supported yet"},
    {"-v,--verify", "verify", "No effect without --secure"},
    {"-c,--max_clients", "max_clients", "Clients at most; 1000 if missing"},
    {"--data-folder", "data_folder", "Where it keeps what must survive a restart"},
};

struct start_options {
  settings given;
  std::string init;
  std::string config;
  std::string endpoint;
};

outcome start(const context& in, const start_options& wanted) {
  const auto program = find_program("fedloom-combiner");
  if (!program) {
    return tl::unexpected(program.error());
  }
  if (!wanted.config.empty()) {
    return become(*program, {"--config", wanted.config}, {});
  }
  auto known = wanted.init.empty() ? result<settings>(settings{}) : read_init_file(wanted.init);
  if (!known) {
    return tl::unexpected(known.error());
  }
  known->insert(wanted.given.begin(), wanted.given.end()); // the file goes before the flags, in FEDn
  auto with = in;
  with.at = api_address(*known);
  const auto endpoint = wanted.endpoint.empty() ? mesh_endpoint(api(with)) : result<std::string>(wanted.endpoint);
  return endpoint.and_then([&](const std::string& one) { return combiner_variables(*known, one); })
      .and_then([&](const variables& told) { return become(*program, {}, told); });
}

void add_start(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<start_options>();
  auto& verb = into.verb(noun, "start", "Become a combiner: fedloom-combiner, told what FEDn's flags and file say",
                         reach::this_machine, [wanted](const context& in) { return start(in, *wanted); });
  verb.set_help_flag("--help", "Print this help message and exit");
  for (const auto& one : flags) {
    verb.add_option_function<std::string>(
        one.flags, [wanted, one](const std::string& text) { wanted->given[one.setting] = text; }, one.about);
  }
  verb.add_option("--init", wanted->init, "Settings in FEDn's combiner file (its -in), which go before the flags")
      ->type_name("FILE");
  verb.add_option("--config", wanted->config, "fedloom's own configuration, in place of all that")->type_name("FILE");
  verb.add_option("--endpoint", wanted->endpoint, "Where the mesh is dialled; the REST API is asked if missing")
      ->type_name("tcp://HOST:PORT");
}

} // namespace

void add_combiner_verbs(command_tree& into) {
  auto& noun = into.noun("combiner", "The middle tier, which collects and sums up");
  add_start(into, noun);
  add_list_and_get(into, noun, combiners);
}

} // namespace fedloom::cli
