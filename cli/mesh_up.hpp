#pragma once
#include "cli/api.hpp"
#include "cli/children.hpp"
#include "cli/program.hpp"
#include "cli/progress_line.hpp"

namespace fedloom::cli {

struct mesh_plan {
  std::size_t clients = 2;
  std::filesystem::path package;      ///< run by every client; empty: they take the sessions'
  std::vector<std::string> variables; ///< NAME=VALUE for clients; {index}, {number} and {clients} are filled in
  std::uint16_t port = 8092;          ///< of the REST API; 0: any free one
  std::filesystem::path folder;       ///< stores and logs
};

/// A controller, a combiner and clients on this machine. The destructor ends them all.
class mesh_up {
public:
  mesh_up(const context& in, mesh_plan plan) : in_(in), plan_(std::move(plan)), running_(in.stop), line_(in.io) {}

  /// Returns when every client is online.
  outcome start();
  /// Blocks until the stop is requested; fails if a process ends before.
  outcome watch();

  address where() const;
  const std::string& endpoint() const { return endpoint_; }

private:
  outcome start_process(const std::string& name, const std::string& program, variables with);
  outcome start_controller(const std::vector<std::uint16_t>& ports);
  outcome start_combiner(const std::vector<std::uint16_t>& ports);
  outcome start_client(std::size_t index);
  outcome wait_until(const std::string& what, const std::function<bool(const api&)>& is_so);
  outcome ended_early(const children::ended& who) const;

  const context& in_;
  mesh_plan plan_;
  std::string endpoint_;
  children running_;
  progress_line line_;
};

} // namespace fedloom::cli
