#pragma once
#include "cli/api.hpp"
#include "cli/command_tree.hpp"
#include "cli/table.hpp"

namespace fedloom::cli {

/// A kind of object that the REST API lists: all that `list` and `get` have to know.
struct entity {
  const char* noun;
  const char* path; ///< of the list
  std::span<const column> columns;
  bool of_session = false; ///< `list` takes -s
};

void add_list(command_tree& into, CLI::App& noun, const entity& what);
void add_get(command_tree& into, CLI::App& noun, const entity& what);
inline void add_list_and_get(command_tree& into, CLI::App& noun, const entity& what) {
  add_list(into, noun, what);
  add_get(into, noun, what);
}

/// -i, --id (FEDn's -id too), or the word behind the verb.
CLI::Option* add_id(CLI::App& verb, std::string& id, const std::string& about);

/// Shows an object that a verb got or changed.
outcome show(const context& in, const json& object);

/// `given` in full if it is the beginning of exactly one model's id.
result<std::string> whole_model_id(const api& from, const std::string& given);

} // namespace fedloom::cli
