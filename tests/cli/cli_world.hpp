#pragma once
#include "cli/run.hpp"
#include "tests/services/controller/rest_world.hpp"

#include <sstream>

/// The command in this process, against a real REST API if it wants one.
namespace fedloom::cli {

struct spoken {
  exit_code code;
  std::string out;
  std::string err;

  /// All of standard output is one JSON document.
  json document() const { return json::parse(out); }
  std::vector<json> lines() const {
    std::vector<json> all;
    std::istringstream from(out);
    for (std::string line; std::getline(from, line);) {
      all.push_back(json::parse(line));
    }
    return all;
  }
};

inline spoken say(std::vector<std::string> words, std::stop_token stop = {}) {
  std::ostringstream out, err;
  console io{out, err};
  const auto code = run(std::move(words), io, std::move(stop));
  return {code, out.str(), err.str()};
}

/// A REST API whose store the test fills, and the command that is told where it is.
class cli_test : public controller::rest_test {
protected:
  static spoken ask(std::vector<std::string> words) {
    words.insert(words.end(), {"-H", "127.0.0.1", "-P", std::to_string(world->server->port())});
    return say(std::move(words));
  }
  static spoken ask_json(std::vector<std::string> words) {
    words.emplace_back("--json");
    return ask(std::move(words));
  }
};

} // namespace fedloom::cli
