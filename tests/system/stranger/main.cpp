// fedloom-stranger: a peer of the mesh that says what it is told to. For tests.
//
// One JSON object per line of standard input: {"dial": "tcp://...", "as": 1} opens a connection under that number;
// {"to": 1, "what": "join", ...} says something there (sentence.hpp). What it hears is printed in the same way, with
// "from". Ends with its input.
#include "actors/transport/zmq_gateway.hpp"
#include "tests/system/stranger/sentence.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
#include <mutex>

namespace {

using nlohmann::json;
namespace transport = fedloom::transport;

/// The numbers that the tests give to connections; the gateway's thread reads them.
class connections {
public:
  void open(int number, transport::gateway& mesh, const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    const auto peer = mesh.dial(endpoint);
    peers_[number] = peer;
    numbers_[peer] = number;
  }
  transport::peer_id at(int number) const {
    const std::lock_guard lock(mutex_);
    return peers_.at(number);
  }
  int number_of(transport::peer_id peer) const {
    const std::lock_guard lock(mutex_);
    return numbers_.at(peer);
  }

private:
  mutable std::mutex mutex_;
  std::map<int, transport::peer_id> peers_;
  std::map<transport::peer_id, int> numbers_;
};

void obey(const json& order, transport::gateway& mesh, connections& known) {
  if (order.contains("dial")) {
    known.open(order.at("as"), mesh, order.at("dial"));
  } else {
    mesh.send(known.at(order.at("to")), fedloom::stranger::message_of(order));
  }
}

int run() {
  connections known;
  transport::inbox ear;
  ear.deliver = [&known](const transport::inbound& in) {
    auto heard = fedloom::stranger::json_of(in.what);
    heard["from"] = known.number_of(in.from);
    std::cout << heard.dump() + '\n' << std::flush;
  };
  ear.notice = [](const transport::peer_notice&) {};
  const auto mesh = transport::zmq_gateway::open({}, ear);
  if (!mesh) {
    std::cerr << fedloom::domain::to_string(mesh.error()) << '\n';
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    obey(json::parse(line), **mesh, known);
  }
  return 0;
}

} // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& wrong) {
    std::cerr << "fedloom-stranger: " << wrong.what() << '\n';
    return 1;
  }
}
