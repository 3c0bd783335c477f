#pragma once
#include "cli/address.hpp"

#include <nlohmann/json.hpp>

#include <ostream>
#include <stop_token>
#include <string>

namespace fedloom::cli {

/// What keeps the order of its keys, as people wrote them.
using json = nlohmann::ordered_json;

/// Where results and words for people go. Standard output carries results alone.
struct console {
  std::ostream& out;
  std::ostream& err;
  bool is_terminal = false; ///< of err: whether a progress line makes sense
};

/// What a verb works with.
struct context {
  console& io;
  bool as_json = false;
  address at;
  std::uint64_t most = 0; ///< --n_max; 0: all
  std::stop_token stop;

  /// Ends a line of JSON or of text, and sends it on its way.
  void print(const json& document) const {
    io.out << document.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
  }
  void print(const std::string& line) const { io.out << line << std::endl; }
  /// One or the other, by --json.
  void print(const json& document, const std::string& line) const {
    if (as_json) {
      print(document);
    } else {
      print(line);
    }
  }
};

} // namespace fedloom::cli
