#include "services/runtime/http_server.hpp"

#include "messages/domain/message.hpp"
#include "services/runtime/http_exchange.hpp"
#include "services/runtime/http_range.hpp"
#include "services/runtime/json_answer.hpp"

#include <civetweb.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <strings.h>
#include <thread>

namespace fedloom::runtime {

struct http_server::state {
  http_config config;
  route_table table;
  std::stop_source ending;
  std::atomic<unsigned> open_streams{0};
  std::atomic<unsigned> open_connections{0}; ///< each has a thread
  std::uint16_t port = 0;
  std::mutex mutex;
  std::string last_complaint; ///< of civetweb, under the mutex
  mg_context* context = nullptr;
};

namespace {

using server_state = http_server::state;

void tell_failure(const server_state& server, const std::string& what) {
  if (server.config.on_failure) {
    server.config.on_failure(what);
  }
}

void run_stream(server_state& server, mg_connection* connection, http_request& request, const event_handler& handler) {
  struct place {
    std::atomic<unsigned>& open;
    const unsigned before = open.fetch_add(1);
    ~place() { open.fetch_sub(1); }
  } taken{server.open_streams};
  if (taken.before >= server.config.event_streams || server.ending.stop_requested()) {
    auto busy = message_answer(503, "too many open event streams; try again later");
    busy.headers.emplace_back("Retry-After", "5");
    write_answer(connection, busy, true);
    return;
  }
  connection_events events(connection, server.ending.get_token());
  if (!events.begin() || request.method == "HEAD") {
    return;
  }
  try {
    handler(request, events);
  } catch (const std::exception& thrown) { // the answer has begun: too late for a 500
    tell_failure(server, thrown.what());
  }
}

void run_route(server_state& server, mg_connection* connection, http_request& request, const route& which) {
  const body_rule rule{which.body_to_file, which.body_limit != 0 ? which.body_limit : server.config.body_limit,
                       server.config.upload_folder};
  if (auto received = receive_body(connection, rule, request); !received) {
    write_answer(connection, error_answer(received.error()), true);
    return;
  }
  if (const auto* stream = std::get_if<event_handler>(&which.handler)) {
    run_stream(server, connection, request, *stream);
  } else {
    auto answer = std::get<http_handler>(which.handler)(request);
    apply_conditions(request, answer);
    write_answer(connection, answer, request.method != "HEAD");
  }
}

/// Who asks for it may go on in the same connection, as long as half of the threads are left for others.
bool may_stay(const server_state& server, const http_request& request) {
  constexpr std::string_view wish = "keep-alive";
  const auto given = request.header("Connection");
  return given.size() == wish.size() && ::strncasecmp(given.data(), wish.data(), wish.size()) == 0 &&
         server.open_connections <= server.config.threads / 2 && !server.ending.stop_requested();
}

void serve(server_state& server, mg_connection* connection) {
  auto request = read_head(connection);
  keep_open(connection, may_stay(server, request));
  const auto refuse = [&](http_response answer) {
    keep_open(connection, false); // its body was not read
    write_answer(connection, answer, request.method != "HEAD");
  };
  auto answer = server.table.match(request.method, request.path);
  std::visit(domain::overloaded{
                 [&](route_table::found& hit) {
                   request.parameters = std::move(hit.parameters);
                   run_route(server, connection, request, *hit.what);
                 },
                 [&](route_table::not_found) { refuse(message_answer(404, "nothing at " + request.path)); },
                 [&](const route_table::wrong_method& wrong) {
                   auto refusal = message_answer(405, request.path + " takes " + wrong.allowed);
                   refusal.headers.emplace_back("Allow", wrong.allowed);
                   refuse(std::move(refusal));
                 },
             },
             answer);
}

/// civetweb is C: no exception may pass.
int on_request(mg_connection* connection) {
  auto& server = *static_cast<server_state*>(mg_get_user_context_data(connection));
  std::string what = "unknown exception";
  try {
    serve(server, connection);
    return 200;
  } catch (const std::exception& thrown) {
    what = thrown.what();
  } catch (...) { // told below
  }
  tell_failure(server, what);
  keep_open(connection, false);
  write_answer(connection, message_answer(500, "internal error: " + what), true);
  return 500;
}

/// Requests that civetweb itself refuses (not HTTP at all).
int on_refused(mg_connection* connection, int status, const char* text) {
  keep_open(connection, false);
  write_answer(connection, message_answer(status, text), true);
  return 0;
}

int on_opened(const mg_connection* connection, void**) {
  ++static_cast<server_state*>(mg_get_user_context_data(connection))->open_connections;
  return 1; // no data of ours
}

void on_closed(const mg_connection* connection) {
  --static_cast<server_state*>(mg_get_user_context_data(connection))->open_connections;
}

int on_complaint(const mg_connection* connection, const char* text) {
  if (auto* server = static_cast<server_state*>(mg_get_user_context_data(connection))) {
    const std::lock_guard lock(server->mutex);
    server->last_complaint = text;
  }
  return 1; // not to standard error as well
}

domain::error cannot_listen(const http_config& config, const std::string& why) {
  return {domain::errc::unavailable, "cannot listen on " + config.bind + ':' + std::to_string(config.port) + ": " +
                                         why + "; choose another port or stop who uses it"};
}

/// Until civetweb has stopped: its listening thread looks up only when somebody connects, or every two seconds.
void knock(const server_state& server, const std::stop_token& stopped) {
  constexpr std::chrono::milliseconds pause{10};
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  while (!stopped.stop_requested()) {
    std::array<char, 128> why{};
    if (auto* connection = mg_connect_client(server.config.bind.c_str(), server.port, 0, why.data(), why.size())) {
      mg_close_connection(connection);
    }
    ended.wait_for(lock, stopped, pause, [] { return false; });
  }
}

std::string listening_on(const http_config& config) {
  const bool v6 = config.bind.find(':') != std::string::npos;
  return (v6 ? '[' + config.bind + ']' : config.bind) + ':' + std::to_string(config.port);
}

mg_context* start_civetweb(server_state& server) {
  static const unsigned features = mg_init_library(MG_FEATURES_DEFAULT);
  static_cast<void>(features);
  const auto ports = listening_on(server.config);
  const auto threads = std::to_string(server.config.threads);
  const auto timeout = std::to_string(server.config.io_timeout.count());
  // Paths are decoded segment by segment, after the cut at the slashes, hence decode_url = no.
  std::array<const char*, 15> options{"listening_ports",
                                      ports.c_str(),
                                      "num_threads",
                                      threads.c_str(),
                                      "request_timeout_ms",
                                      timeout.c_str(),
                                      "decode_url",
                                      "no",
                                      "enable_keep_alive",
                                      "yes",
                                      "keep_alive_timeout_ms",
                                      "500",
                                      "tcp_nodelay",
                                      "1",
                                      nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = on_request;
  callbacks.http_error = on_refused;
  callbacks.init_connection = on_opened;
  callbacks.connection_close = on_closed;
  callbacks.log_message = on_complaint;
  struct sigaction children {};
  ::sigaction(SIGCHLD, nullptr, &children);
  auto* context = mg_start(&callbacks, &server, options.data());
  ::sigaction(SIGCHLD, &children, nullptr); // mg_start ignores it, and then nobody can wait for a subprocess
  return context;
}

} // namespace

domain::expected<std::unique_ptr<http_server>> http_server::start(http_config config, std::vector<route> routes) {
  if (config.threads == 0 || config.event_streams >= config.threads) {
    return domain::failure(domain::errc::config_invalid, "an HTTP server needs more threads than event streams");
  }
  if (config.upload_folder.empty()) {
    config.upload_folder = std::filesystem::temp_directory_path();
  }
  auto table = route_table::make(std::move(routes));
  if (!table) {
    return tl::unexpected(table.error());
  }
  auto what = std::make_unique<state>();
  what->config = std::move(config);
  what->table = std::move(*table);
  what->context = start_civetweb(*what);
  if (what->context == nullptr) {
    return tl::unexpected(cannot_listen(what->config, what->last_complaint));
  }
  mg_server_port bound{};
  mg_get_server_ports(what->context, 1, &bound);
  what->port = static_cast<std::uint16_t>(bound.port);
  return std::unique_ptr<http_server>(new http_server(std::move(what)));
}

http_server::http_server(std::unique_ptr<state> what) : state_(std::move(what)) {}

http_server::~http_server() {
  state_->ending.request_stop();
  const std::jthread waker([this](const std::stop_token& stopped) { knock(*state_, stopped); });
  mg_stop(state_->context);
}

std::uint16_t http_server::port() const {
  return state_->port;
}

std::string http_server::url() const {
  auto shown = state_->config;
  shown.port = state_->port;
  return "http://" + listening_on(shown);
}

const std::vector<route>& http_server::routes() const {
  return state_->table.routes();
}

} // namespace fedloom::runtime
