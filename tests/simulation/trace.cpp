#include "tests/simulation/trace.hpp"

#include <cstdio>
#include <cstdlib>

namespace fedloom::simulation {

namespace {

std::string lease(domain::lease_id id) {
  return " L" + std::to_string(id.value() & 0xFFFFFFFF);
}

std::string names(const std::vector<domain::client_id>& clients) {
  std::string text = " [";
  for (const auto& one : clients) {
    text += one.value() + " ";
  }
  return text + "]";
}

std::string details(const domain::body& what) {
  return std::visit(
      domain::overloaded{
          [](const domain::round_plan& m) {
            return lease(m.lease) + " " + std::string(to_string(m.kind)) + names(m.cohort);
          },
          [](const domain::progress& m) {
            return lease(m.lease) + " accepted " + std::to_string(m.accepted) + " failed " + std::to_string(m.failed) +
                   " pending " + std::to_string(m.pending);
          },
          [](const domain::close_collection& m) { return lease(m.lease); },
          [](const domain::plan_declined& m) { return lease(m.lease) + " " + to_string(m.reason); },
          [](const domain::round_closed& m) { return lease(m.lease) + (m.counted ? " counted" : " not_needed"); },
          [](const domain::partial& m) {
            std::vector<domain::client_id> clients;
            for (const auto& one : m.contributions) {
              clients.push_back(one.client);
            }
            return lease(m.lease) + names(clients);
          },
          [](const domain::task& m) { return " " + std::string(to_string(m.kind)); },
          [](const domain::receipt& m) {
            return " " + std::string(to_string(m.kind)) + " " + std::string(to_string(m.verdict));
          },
          [](const domain::refused& m) { return " " + to_string(m.reason); },
          [](const domain::roster_changed& m) { return names(m.present) + " gone" + names(m.gone); },
          [](const auto&) { return std::string{}; },
      },
      what);
}

} // namespace

std::string describe(const domain::message& what) {
  const auto& round = what.head.round;
  return std::string(domain::name_of(what.what)) +
         (round.session.value().empty() ? "" : " " + domain::to_string(round)) + details(what.what);
}

bool is_traced() {
  static const bool traced = std::getenv("FEDLOOM_SIMULATION_TRACE") != nullptr;
  return traced;
}

void trace(domain::instant now, const std::string& who, const std::string& what) {
  if (is_traced()) {
    const auto since = std::chrono::duration<double>(now.time_since_epoch() - std::chrono::hours{1}).count();
    std::fprintf(stderr, "%9.3f  %s: %s\n", since, who.c_str(), what.c_str());
  }
}

} // namespace fedloom::simulation
