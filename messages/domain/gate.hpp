#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/ids.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fedloom::domain {

/// Every point of the mesh where policy decides.
enum class gate_kind : std::uint8_t {
  client_join,
  placement,
  selection,
  model_hand_out,
  update_accepted,
  aggregate,
  session_start,
  next_round,
};

/// What the decision may depend on: observed by the mesh, or claimed by a client.
struct fact {
  std::string name;
  std::variant<bool, std::int64_t, double, std::string> value;
  bool claimed = false;
};
using facts = std::vector<fact>;

enum class ruling : std::uint8_t { allow, deny, defer };

/// A policy answer. The ids stand in the record of what was decided (I-12).
struct verdict {
  ruling answer = ruling::allow;
  std::uint64_t decision = 0; ///< 0: the built-in rule
  std::uint64_t revision = 0;
  std::string reason;                   ///< for deny
  milliseconds retry_after{0};          ///< for defer
  std::vector<std::string> obligations; ///< what the caller must do, or the answer counts as deny
};

/// Where policy is asked. Called on the asking machine's thread; must answer at once, from memory.
class gate {
public:
  virtual ~gate() = default;
  virtual verdict decide(gate_kind kind, const facts& about) = 0;
};

/// The built-in rule: everything is allowed.
class open_gate final : public gate {
public:
  verdict decide(gate_kind, const facts&) override { return {}; }
};

} // namespace fedloom::domain
