#include "actors/kernel/supervisor.hpp"

#include "actors/kernel/supervisor_actor.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <set>
#include <stdexcept>
#include <utility>

namespace fedloom::kernel {

namespace {

void claim(const std::string& name, std::set<std::string>& taken) {
  if (name.empty() || !taken.insert(name).second) {
    throw std::invalid_argument("supervision tree: the name \"" + name + "\" is empty or stands twice");
  }
}

void claim_names(const supervisor_spec& spec, std::set<std::string>& taken) {
  claim(spec.name, taken);
  for (const auto& child : spec.children) {
    claim(child.name, taken);
  }
  for (const auto& nested : spec.supervisors) {
    claim_names(nested, taken);
  }
}

std::string to_text(strategy restarts) {
  switch (restarts) {
  case strategy::one_for_one:
    return "one_for_one";
  case strategy::one_for_all:
    return "one_for_all";
  case strategy::rest_for_one:
    return "rest_for_one";
  }
  return {};
}

std::string to_text(restart_kind restart) {
  switch (restart) {
  case restart_kind::permanent:
    return "permanent";
  case restart_kind::transient:
    return "transient";
  case restart_kind::temporary:
    return "temporary";
  }
  return {};
}

std::string to_text(domain::milliseconds span) {
  const auto count = span.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

void append(const supervisor_spec& spec, const std::string& indent, std::string& out) {
  out += indent + spec.name + " (" + to_text(spec.restarts) + ", " + std::to_string(spec.budget.restarts) + " in " +
         to_text(spec.budget.window) + ")\n";
  for (const auto& child : spec.children) {
    out += indent + "  " + child.name + " (" + to_text(child.restart) + ")\n";
  }
  for (const auto& nested : spec.supervisors) {
    append(nested, indent + "  ", out);
  }
}

} // namespace

caf::actor start_tree(caf::actor_system& system, supervisor_spec spec, std::shared_ptr<directory> names,
                      std::shared_ptr<tree_status> status, std::function<void(std::string reason)> on_give_up) {
  std::set<std::string> taken;
  claim_names(spec, taken);
  return system.spawn<supervisor_actor>(std::move(spec), tree_parts{std::move(names), std::move(status)},
                                        std::move(on_give_up));
}

void stop_tree(const caf::actor& root) {
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
}

bool kill_child(const directory& names, const std::string& name) {
  const auto child = names.find(name);
  caf::anon_send_exit(child, caf::exit_reason::kill);
  return child != nullptr;
}

std::string to_text(const supervisor_spec& spec) {
  std::string out;
  append(spec, "", out);
  return out;
}

} // namespace fedloom::kernel
