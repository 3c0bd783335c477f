#pragma once
#include "tests/actors/controller/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedloom::controller {

/// A registry whose tokens count t1, t2, ... Combiner b<n> has connection n, client c<n> connection 100 + n.
class registry_machine_fixture : public testing::Test {
protected:
  using ms = domain::milliseconds;

  static transport::peer_id peer(std::uint64_t number) { return transport::peer_id{number}; }
  static domain::join joining(const std::string& client, std::uint8_t resume = 0, const std::string& preferred = "") {
    return {domain::client_id{client}, "", domain::combiner_id{preferred}, token_number(resume), 10};
  }

  void comes(const std::string& combiner, std::uint64_t over, std::uint32_t max_clients = 10) {
    machine->greeted(now, {}, peer(over), {domain::combiner_id{combiner}, "tcp://" + combiner, max_clients});
  }
  std::string join(const domain::join& asked) { return render(machine->join(now, {}, peer(101), asked)); }
  /// Joins and turns up at its combiner.
  std::string settles(const std::string& client) {
    machine->join(now, {}, peer(101), joining(client));
    for (const auto& one : machine->clients()) {
      if (one.record.client.value() == client) {
        const auto& at = one.record.combiner.value();
        machine->roster(now, "combiner/" + at, {false, {one.record.client}, {}});
        return at;
      }
    }
    return "";
  }
  std::string here() const {
    std::string text;
    for (const auto& one : machine->available()) {
      text += (text.empty() ? "" : " ") + one.client.value() + "@" + one.combiner.value();
    }
    return text;
  }

  struct gate_keeper final : domain::gate {
    domain::verdict answer;
    domain::verdict decide(domain::gate_kind, const domain::facts&) override { return answer; }
  };

  domain::instant now = at(ms{0});
  gate_keeper policy;
  std::uint8_t last_token = 0;
  registry_config config{ms{1'000'000}}; ///< no signs of life; see registry_detection_test.cpp
  std::unique_ptr<registry_machine> machine;
  /// With the present config; what was known is forgotten.
  void begin_anew() {
    machine = std::make_unique<registry_machine>(config, policy, [this] { return token_number(++last_token); });
  }
  void SetUp() override { begin_anew(); }
};

} // namespace fedloom::controller
