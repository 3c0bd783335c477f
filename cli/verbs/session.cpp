#include "cli/entity.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/watch.hpp"

#include <fmt/format.h>

namespace fedloom::cli {

namespace {

constexpr column columns[] = {{"session_id", "/session_id"},
                              {"name", "/name"},
                              {"status", "/status"},
                              {"rounds", "/rounds_committed"},
                              {"of", "/session_config/rounds"},
                              {"model", "/model_id", form::model},
                              {"begun", "/committed_at"}};
constexpr entity sessions{"session", "/api/v1/sessions", columns};

// -- start ---------------------------------------------------------------------------

/// A flag that becomes a key of session_config. What is not given is left to the controller.
struct setting {
  const char* flags;
  const char* key;
  bool is_text;
  const char* about;
};
constexpr setting settings[] = {
    {"-a,--aggregator", "aggregator", true, "fedavg, fedopt, fedavgm, fedadam, fedyogi or fedadagrad"},
    {"--aggregator_kwargs", "aggregator_kwargs", false, "The aggregator's settings, a JSON object (FEDn's -ak)"},
    {"--round_timeout", "round_timeout", false, "Seconds (FEDn's -rt)"},
    {"-r,--rounds", "rounds", false, "How many"},
    {"--round_buffer_size", "round_buffer_size", false, "Updates that end a round; -1: all that were asked (-rb)"},
    {"-d,--delete_models", "delete_models_storage", false, "Whether models of the past may go"},
    {"-v,--validate", "validate", false, "Whether each round's model is validated by the clients"},
    {"--helper", "helper_type", true, "The models' format (FEDn's -hp)"},
    {"--min_clients", "min_clients", false, "Updates that a round needs (FEDn's -mc)"},
    {"--requested_clients", "requested_clients", false, "Clients asked in each round; -1: all (FEDn's -rc)"},
};

struct start_options {
  std::string name;
  std::string model;
  json config = json::object();
  std::vector<std::string> further; ///< KEY=VALUE
  std::string clients;
  bool follow = false;
};

/// Python's True and False are what FEDn's users write. Any other text that is no JSON is a text.
json value_from(const std::string& text) {
  if (text == "True" || text == "False") {
    return text == "True";
  }
  auto value = json::parse(text, nullptr, false);
  return value.is_discarded() ? json(text) : value;
}

result<json> config_of(const start_options& wanted) {
  auto config = wanted.config;
  for (const auto& one : wanted.further) {
    const auto sign = one.find('=');
    if (sign == std::string::npos || sign == 0) {
      return fail(exit_code::usage, "--set " + one + ": write KEY=VALUE, for example late_updates=carry");
    }
    config[one.substr(0, sign)] = value_from(one.substr(sign + 1));
  }
  return config;
}

result<json> body_of(const api& to, const start_options& wanted) {
  auto config = config_of(wanted);
  if (!config) {
    return config;
  }
  json body{{"name", wanted.name}, {"session_config", *config}};
  if (wanted.model.empty()) {
    return body;
  }
  return whole_model_id(to, wanted.model).map([&](const std::string& id) {
    body["seed_model_id"] = id;
    return body;
  });
}

outcome start(const context& in, const start_options& wanted) {
  const api to(in);
  const auto created =
      body_of(to, wanted).and_then([&](const json& body) { return to.send("POST", "/api/v1/sessions", body); });
  if (!created) {
    return tl::unexpected(created.error());
  }
  const auto id = created->value("session_id", "");
  json order{{"session_id", id}};
  if (!wanted.clients.empty()) {
    order["client_ids"] = wanted.clients;
  }
  const auto started = to.send("POST", "/api/v1/sessions/start", order);
  if (!started) {
    return fail(started.error().code,
                fmt::format("session {} was created, but not started: {}", id, started.error().text));
  }
  if (wanted.follow) {
    return watch(in, id);
  }
  in.print(json{{"message", started->value("message", "Session started")}, {"session_id", id}},
           fmt::format("{}: {}\nFollow it: fedloom watch {}", started->value("message", "Session started"), id, id));
  return {};
}

void add_start(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<start_options>();
  auto& verb = into.verb(noun, "start", "Create a session and set it going", reach::controller,
                         [wanted](const context& in) { return start(in, *wanted); });
  verb.add_option("-n,--name", wanted->name, "For people");
  verb.add_option("-m,--model_id", wanted->model, "Where it begins; the newest model if missing")->type_name("ID");
  for (const auto& one : settings) {
    verb.add_option_function<std::string>(
            one.flags,
            [wanted, one](const std::string& text) {
              wanted->config[one.key] = one.is_text ? json(text) : value_from(text);
            },
            one.about)
        ->type_name(one.is_text ? "NAME" : "VALUE");
  }
  verb.add_option("--client_ids", wanted->clients, "Only these clients")->type_name("A,B,...");
  verb.add_option("--set", wanted->further, "Any other key of session_config")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  verb.add_flag("--watch", wanted->follow, "Follow it to its end, as fedloom watch does");
}

// -- what follows ------------------------------------------------------------------------

struct change {
  const char* verb;
  const char* about;
  const char* method;
  const char* suffix; ///< of the session's path
  const char* body;
};
constexpr change changes[] = {
    {"stop", "End a session after what it has", "PATCH", "", R"({"status": "Terminated"})"},
    {"pause", "Give up its round until it is resumed", "POST", "/pause", "null"},
    {"resume", "Let a paused session go on", "POST", "/resume", "null"},
    {"cancel", "End a session that is not wanted any more", "POST", "/cancel", "null"},
};

void add_change(command_tree& into, CLI::App& noun, const change& what) {
  const auto id = std::make_shared<std::string>();
  auto& verb = into.verb(noun, what.verb, what.about, reach::controller, [id, what](const context& in) {
    return api(in)
        .send(what.method, "/api/v1/sessions/" + http::percent_encode(*id) + what.suffix, json::parse(what.body))
        .and_then([&](const json& session) -> outcome {
          in.print(session, fmt::format("{}  {}", session.value("session_id", *id), session.value("status", "")));
          return {};
        });
  });
  add_id(verb, *id, "Which session")->required();
}

struct continue_options {
  std::string id;
  std::uint32_t rounds = 5; ///< FEDn's number
  std::optional<double> timeout;
  bool follow = false;
};

outcome go_on(const context& in, const continue_options& wanted) {
  json order{{"session_id", wanted.id}, {"rounds", wanted.rounds}};
  if (wanted.timeout) {
    order["round_timeout"] = *wanted.timeout;
  }
  const auto started = api(in).send("POST", "/api/v1/sessions/start", order);
  if (!started) {
    return tl::unexpected(started.error());
  }
  if (wanted.follow) {
    return watch(in, wanted.id);
  }
  in.print(*started, fmt::format("{}: {}", started->value("message", "Session started"), wanted.id));
  return {};
}

void add_continue(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<continue_options>();
  auto& verb = into.verb(noun, "continue", "Train a finished session for further rounds", reach::controller,
                         [wanted](const context& in) { return go_on(in, *wanted); });
  add_id(verb, wanted->id, "Which session")->required();
  verb.add_option("-r,--rounds", wanted->rounds, "How many more")->capture_default_str();
  verb.add_option("--round_timeout", wanted->timeout, "Seconds");
  verb.add_flag("--watch", wanted->follow, "Follow it to its end, as fedloom watch does");
}

} // namespace

void add_session_verbs(command_tree& into) {
  auto& noun = into.noun("session", "Training campaigns: start, follow, stop");
  add_start(into, noun);
  add_list_and_get(into, noun, sessions);
  for (const auto& one : changes) {
    add_change(into, noun, one);
  }
  add_continue(into, noun);
}

} // namespace fedloom::cli
