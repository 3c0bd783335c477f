#pragma once
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fedloom::client::launcher {

/// The command line of fedloom-sandbox.
struct options {
  std::optional<std::uint64_t> address_space, cpu_seconds, file_bytes, open_files, processes;
  bool filter = false;
  bool network = true;
  bool keep_group = false;
  std::vector<std::string> read;
  std::vector<std::string> write;
  std::vector<std::string> command;
};

/// `config_invalid` with what is wrong with the words.
domain::expected<options> parse(std::span<const std::string> words);

} // namespace fedloom::client::launcher
