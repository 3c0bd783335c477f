#include "actors/controller/deps.hpp"

namespace fedloom::controller {

bool is_of_another_term(domain::term ours, const domain::message& what) {
  const auto term = what.head.controller_term;
  return term != domain::term{} && term != ours && !std::holds_alternative<domain::combiner_hello>(what.what);
}

transport::inbox in_term(domain::term ours, transport::inbox inner) {
  auto deliver = [ours, next = std::move(inner.deliver)](transport::inbound what) {
    if (is_of_another_term(ours, what.what)) {
      what.identity.clear();
    }
    next(std::move(what));
  };
  return {std::move(deliver), std::move(inner.notice)};
}

std::vector<std::string_view> route(const transport::inbound& what) {
  using names = std::vector<std::string_view>;
  const bool is_known = !what.identity.empty();
  return std::visit(domain::overloaded{
                        [](const domain::combiner_hello&) { return names{registry_name}; },
                        [](const domain::join&) { return names{registry_name}; },
                        [](const domain::heartbeat&) { return names{registry_name}; },
                        [](const domain::roster_changed&) { return names{registry_name}; },
                        [](const domain::draining&) { return names{registry_name}; },
                        [](const domain::goodbye&) { return names{registry_name}; },
                        [&](const domain::progress&) { return names{is_known ? session_name : registry_name}; },
                        [&](const domain::plan_declined&) { return names{is_known ? session_name : registry_name}; },
                        [&](const domain::partial&) { return names{is_known ? session_name : registry_name}; },
                        [&](const domain::chunk&) { return names{is_known ? reduction_name : registry_name}; },
                        [&](const domain::get_model&) { return names{is_known ? hand_out_name : registry_name}; },
                        [&](const domain::get_package&) { return names{is_known ? hand_out_name : registry_name}; },
                        [&](const domain::grant&) { return names{is_known ? hand_out_name : registry_name}; },
                        [&](const domain::credit&) { return names{is_known ? hand_out_name : registry_name}; },
                        [&](const domain::abort_transfer&) {
                          return is_known ? names{reduction_name, hand_out_name} : names{registry_name};
                        },
                        [](const auto&) { return names{}; }, // not for a controller: the registry logs it
                    },
                    what.what.what);
}

} // namespace fedloom::controller
