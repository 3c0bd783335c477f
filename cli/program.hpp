#pragma once
#include "cli/outcome.hpp"

#include <filesystem>
#include <map>
#include <vector>

namespace fedloom::cli {

/// What is said to a program beside its flags; a service takes every key of its configuration from there.
using variables = std::map<std::string, std::string>;

/// The folder that this program lies in, and where its services are.
std::filesystem::path own_folder();

/// A program of fedloom: beside this one, or in PATH.
result<std::filesystem::path> find_program(const std::string& name);

/// Becomes another program, in this process: signals and the exit code are that program's from now on.
outcome become(const std::filesystem::path& program, const std::vector<std::string>& words, const variables& with);

} // namespace fedloom::cli
