#include "cli/watch.hpp"

#include "cli/api.hpp"
#include "cli/progress_line.hpp"
#include "cli/table.hpp"

#include <condition_variable>
#include <fmt/format.h>
#include <set>
#include <tuple>

namespace fedloom::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto pause_between_tries = 1s;
constexpr int most_tries = 30; ///< without a word from the controller

bool stopped_while_waiting(const std::stop_token& stop, std::chrono::milliseconds how_long) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  return never.wait_for(lock, stop, how_long, [&] { return stop.stop_requested(); });
}

class session_story {
public:
  session_story(const context& in, json session) : in_(in), session_(std::move(session)) {
    if (!in_.as_json) {
      in_.print(row("round", "clients", "seconds", "traffic", "loss", "accuracy"));
    }
    await_next();
  }

  /// False: that was the last one.
  bool take(const http::event& event) {
    heard_ = true;
    auto data = json::parse(event.data, nullptr, false);
    if (!data.is_object() || !is_new(event.name, data)) {
      return true;
    }
    line_.clear();
    if (in_.as_json) {
      json whole{{"event", event.name}};
      whole.update(data);
      in_.print(whole);
    } else {
      tell(event.name, data);
    }
    if (event.name == "session" || event.name == "error") {
      end_ =
          event.name == "error" ? fail(exit_code::not_found, data.value("message", "no such session")) : judged(data);
      return false;
    }
    await_next();
    return true;
  }

  const std::optional<outcome>& end() const { return end_; }
  /// Since the last call.
  bool heard_something() { return std::exchange(heard_, false); }

private:
  static std::string row(const std::string& round, const std::string& clients, const std::string& seconds,
                         const std::string& traffic, const std::string& loss, const std::string& accuracy) {
    return fmt::format("{:>7}  {:>9}  {:>8}  {:>10}  {:>8}  {:>8}", round, clients, seconds, traffic, loss, accuracy);
  }

  /// A stream that was opened again begins with the past.
  bool is_new(const std::string& name, const json& data) {
    if (name != "round" && name != "attempt") {
      return true;
    }
    const bool fresh = told_.emplace(name, data.value("round", 0), data.value("attempt", 0)).second;
    rounds_ += fresh && name == "round" ? 1 : 0;
    return fresh;
  }

  void tell(const std::string& name, const json& data) const {
    const auto field = [&](const char* key, form how = form::text) { return shown(data.value(key, json()), how); };
    if (name == "round") {
      in_.print(row(field("round"), field("clients_answered") + '/' + field("clients_asked"),
                    field("seconds", form::seconds), field("bytes", form::bytes), field("loss", form::number),
                    field("accuracy", form::number)));
    } else if (name == "attempt") {
      in_.print(
          fmt::format("{:>7}  attempt {}: {}, {}", field("round"), field("attempt"), field("status"), field("reason")));
    } else if (name != "error") {
      const auto why = field("reason") == "-" ? std::string{} : ": " + field("reason");
      in_.print(fmt::format("{}{}", field("status"), why));
    }
  }

  void await_next() {
    const auto all = session_.value(json::json_pointer("/session_config/rounds"), json());
    line_.show(fmt::format("round {} of {}", rounds_ + 1, shown(all)));
  }

  static outcome judged(const json& data) {
    const auto status = data.value("status", "");
    if (status == "Finished") {
      return {};
    }
    const auto reason = data.value("reason", json());
    return fail(exit_code::refused, fmt::format("the session ended as {}{}", status,
                                                reason.is_string() ? ": " + reason.get<std::string>() : ""));
  }

  const context& in_;
  json session_;
  progress_line line_{in_.io};
  std::set<std::tuple<std::string, int, int>> told_;
  int rounds_ = 0;
  bool heard_ = false;
  std::optional<outcome> end_;
};

} // namespace

outcome watch(const context& in, const std::string& session) {
  const api from(in);
  const auto path = "/api/v1/sessions/" + http::percent_encode(session);
  auto found = from.get(path);
  if (!found) {
    return tl::unexpected(found.error());
  }
  session_story story(in, std::move(*found));
  for (int tries = 0; tries < most_tries; ++tries) {
    auto heard = from.listen(path + "/events", [&](const http::event& event) { return story.take(event); });
    if (story.end()) {
      return *story.end();
    }
    if (!heard && heard.error().code != exit_code::unreachable) {
      return heard;
    }
    if (story.heard_something()) {
      tries = 0;
    }
    if (stopped_while_waiting(in.stop, pause_between_tries)) {
      return fail(exit_code::interrupted, "interrupted; the session goes on");
    }
  }
  return fail(exit_code::unreachable,
              "the controller at " + from.where().url() + " has fallen silent; the session goes on when it is back");
}

} // namespace fedloom::cli
