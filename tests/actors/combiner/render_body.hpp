#pragma once
#include "messages/domain/message.hpp"

#include <string>
#include <vector>

/// What a message says, in one line, for tests that compare lists of effects. Only what such tests look at is shown.
namespace fedloom::test {

/// One effect per line.
using lines = std::vector<std::string>;

/// Ids of tests are told by their first byte.
template <class Id>
Id id_of(std::uint8_t number) {
  typename Id::value_type bytes{};
  bytes.fill(number);
  return Id{bytes};
}
inline std::string render(const domain::model_id& id) {
  return "model-" + std::to_string(id.value()[0]);
}

inline std::string render(const domain::package_digest& id) {
  return "package-" + std::to_string(id.value()[0]);
}
/// A name of either kind.
template <class... Names>
std::string render_name(const std::variant<Names...>& name) {
  return std::visit([](const auto& one) { return render(one); }, name);
}

inline std::string render(const std::vector<domain::client_id>& clients) {
  std::string text;
  for (const auto& client : clients) {
    text += (text.empty() ? "" : " ") + client.value();
  }
  return "[" + text + "]";
}

/// One overload per message that the tests look into; of the others the name.
struct body_text {
  std::string operator()(const domain::join& m) const {
    return "join " + m.client.value() + " token " + std::to_string(m.resume.value()[0]);
  }
  std::string operator()(const domain::client_hello& m) const {
    return "hello " + m.client.value() + " ticket " + std::to_string(m.ticket.value()[0]);
  }
  std::string operator()(const domain::refused& m) const { return "refused " + std::string(to_string(m.reason.code)); }
  std::string operator()(const domain::heartbeat& m) const { return "heartbeat " + std::to_string(m.sequence); }
  std::string operator()(const domain::roster_changed& m) const {
    return std::string(m.whole ? "whole roster " : "roster ") + "present " + render(m.present) + " gone " +
           render(m.gone);
  }
  std::string operator()(const domain::task& m) const {
    return "task " + std::string(to_string(m.kind)) + " " + render(m.model) + " " +
           std::to_string(m.remaining.count()) + "ms" + (m.package.bytes > 0 ? " " + render(m.package.content) : "") +
           m.client_settings;
  }
  std::string operator()(const domain::cancel_task& m) const { return "cancel " + std::string(to_string(m.kind)); }
  std::string operator()(const domain::task_failed& m) const {
    return std::string(to_string(m.kind)) + " failed " + std::string(to_string(m.reason.code));
  }
  std::string operator()(const domain::validation& m) const {
    return "validation of " + std::to_string(m.example_count) + " examples";
  }
  std::string operator()(const domain::receipt& m) const {
    return "receipt " + std::string(to_string(m.verdict)) +
           (m.reason.code == domain::errc::none ? "" : " " + std::string(to_string(m.reason.code)));
  }
  std::string operator()(const domain::offer& m) const {
    return "offer " + std::to_string(m.transfer.value()) + " from " + render(m.parent) + " " +
           std::to_string(m.stream_bytes) + "B of " + std::to_string(m.example_count) + " examples";
  }
  std::string operator()(const domain::progress& m) const {
    return "progress " + std::to_string(m.accepted) + " accepted " + std::to_string(m.failed) + " failed " +
           std::to_string(m.pending) + " pending";
  }
  std::string operator()(const domain::partial& m) const {
    std::string text = "partial weight " + std::to_string(m.weight) + " sum " + std::to_string(m.sum_bytes) + "B";
    for (const auto& one : m.contributions) {
      text += ", " + one.client.value() + " x" + std::to_string(one.weight);
    }
    for (const auto& one : m.failures) {
      text += ", " + one.client.value() + " " + std::string(to_string(one.reason.code));
      text += one.needed_exponent == 0 ? "" : " needs " + std::to_string(one.needed_exponent);
    }
    return text;
  }
  std::string operator()(const domain::get_model& m) const {
    return "get " + render(m.model) + " as " + std::to_string(m.transfer.value()) + " from " +
           std::to_string(m.from_chunk) + " credit " + std::to_string(m.credit);
  }
  std::string operator()(const domain::get_package& m) const {
    return "get " + render(m.package) + " as " + std::to_string(m.transfer.value()) + " from " +
           std::to_string(m.from_chunk) + " credit " + std::to_string(m.credit);
  }
  std::string operator()(const domain::grant& m) const {
    return "grant " + std::to_string(m.transfer.value()) + " from " + std::to_string(m.from_chunk) + " credit " +
           std::to_string(m.credit);
  }
  std::string operator()(const domain::credit& m) const {
    return "credit " + std::to_string(m.transfer.value()) + " +" + std::to_string(m.chunks);
  }
  std::string operator()(const domain::chunk& m) const {
    return "chunk " + std::to_string(m.transfer.value()) + "#" + std::to_string(m.index);
  }
  std::string operator()(const domain::abort_transfer& m) const {
    return "abort " + std::to_string(m.transfer.value()) + " " + std::string(to_string(m.reason.code));
  }
  template <class Other>
  std::string operator()(const Other& m) const {
    return std::string(domain::name_of(domain::body{m}));
  }
};

inline std::string render(const domain::body& what) {
  return std::visit(body_text{}, what);
}

/// The same with the payload's length, if there is one.
inline std::string render(const domain::body& what, const domain::shared_bytes& payload) {
  return render(what) + (payload.empty() ? "" : " +" + std::to_string(payload.size()) + "B");
}

/// A list of effects of any machine, each by its own `render`.
template <class Effects>
lines render_all(const Effects& effects) {
  lines all;
  for (const auto& one : effects) {
    all.push_back(std::visit([](const auto& e) { return render(e); }, one));
  }
  return all;
}

/// A moment of virtual time, counted from the test's begin.
inline domain::instant at(std::int64_t ms) {
  return domain::instant{std::chrono::hours{1}} + domain::milliseconds{ms};
}

} // namespace fedloom::test
