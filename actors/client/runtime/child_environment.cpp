#include "actors/client/runtime/child_environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unistd.h>

namespace fedloom::client {
namespace {

constexpr std::array<std::string_view, 32> harmless{
    "PATH",       "HOME",   "USER",      "LOGNAME",         "SHELL",       "LANG",         "LANGUAGE",      "LC_*",
    "TZ",         "TMPDIR", "TERM",      "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHON*",       "OMP_*",
    "OPENBLAS_*", "MKL_*",  "NUMEXPR_*", "GOMP_*",          "KMP_*",       "CUDA_*",       "NVIDIA_*",      "ROCR_*",
    "HIP_*",      "TF_*",   "TORCH_*",   "PYTORCH_*",       "KERAS_*",     "XLA_*",        "CLIENT_NUMBER", "FEDN_*"};
constexpr std::array<std::string_view, 6> secretive{"TOKEN", "SECRET", "PASSW", "KEY", "CREDENTIAL", "AUTH"};

std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

bool is_begun_by(std::string_view name, std::string_view pattern) {
  return pattern.ends_with('*') && name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool sounds_secret(std::string_view name) {
  return std::ranges::any_of(secretive, [&](auto word) { return name.find(word) != std::string_view::npos; });
}

bool may_pass(std::string_view name, std::span<const std::string> further) {
  if (std::ranges::find(further, name) != further.end())
    return true;
  const auto fits = [&](std::string_view pattern) { return name == pattern || is_begun_by(name, pattern); };
  return !sounds_secret(name) && (std::ranges::any_of(harmless, fits) || std::ranges::any_of(further, fits));
}

bool has(const process_environment& in, std::string_view name) {
  return std::ranges::any_of(in, [&](const auto& one) { return name_of(one) == name; });
}

} // namespace

process_environment inherited_environment() {
  process_environment result;
  for (auto entry = environ; *entry != nullptr; ++entry)
    result.emplace_back(*entry);
  return result;
}

process_environment allowed_environment(const process_environment& whole, std::span<const std::string> further) {
  process_environment result;
  std::ranges::copy_if(whole, std::back_inserter(result),
                       [&](const auto& one) { return may_pass(name_of(one), further); });
  return result;
}

process_environment environment_with(process_environment base, const process_environment& added) {
  std::erase_if(base, [&](const auto& one) { return has(added, name_of(one)); });
  base.insert(base.end(), added.begin(), added.end());
  for (const auto* threads : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"})
    if (!has(base, threads))
      base.push_back(std::string(threads) + "=1");
  return base;
}

std::string value_in(const process_environment& in, std::string_view name) {
  const auto found = std::ranges::find_if(in, [&](const auto& one) { return name_of(one) == name; });
  return found == in.end() ? "" : found->substr(name.size() + 1);
}

} // namespace fedloom::client
