#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/expected.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// Configuration: one YAML file becomes one struct, at the edge. Defaults stand in the struct; every key can be
/// overridden by the environment: FEDLOOM_<SERVICE>_<PATH>, for example FEDLOOM_COMBINER_MESH_BIND for `mesh: {bind:
/// ...}`.
namespace fedloom::runtime {

using environment = std::map<std::string, std::string>;
environment process_environment();

namespace detail {
class config_source;
}

/// One map of the file. A read leaves `into` as it is when the key is missing, and notes a problem when the value has
/// the wrong type or lies outside the allowed range (both ends are allowed). Cheap to copy; lives as long as its
/// reader.
class config_section {
public:
  config_section section(const std::string& key) const;

  template <std::integral T>
  void number(const std::string& key, T& into, T least, T most) const {
    if constexpr (std::unsigned_integral<T>) {
      into = static_cast<T>(unsigned_number(key, into, least, most));
    } else {
      into = static_cast<T>(signed_number(key, into, least, most));
    }
  }
  void number(const std::string& key, double& into, double least, double most) const;
  /// Lengths in bytes.
  void text(const std::string& key, std::string& into, std::size_t least_length = 0,
            std::size_t most_length = 4096) const;
  /// One of the allowed words.
  void choice(const std::string& key, std::string& into, const std::vector<std::string>& allowed) const;
  /// true or false
  void flag(const std::string& key, bool& into) const;
  /// A whole number; the key ends with _ms.
  void milliseconds(const std::string& key, domain::milliseconds& into, domain::milliseconds least,
                    domain::milliseconds most) const;
  /// A whole number, alone or with KiB, MiB or GiB.
  void bytes(const std::string& key, std::uint64_t& into, std::uint64_t least, std::uint64_t most) const;
  /// A list of texts; in the environment, separated by commas.
  void texts(const std::string& key, std::vector<std::string>& into, std::size_t most_items = 1024) const;

  /// Notes a problem of one key that only the caller can see, for example that two keys contradict.
  void problem(const std::string& key, const std::string& what) const;

private:
  friend class config_reader;
  config_section(std::shared_ptr<detail::config_source> source, std::string path)
      : source_(std::move(source)), path_(std::move(path)) {}

  std::uint64_t unsigned_number(const std::string& key, std::uint64_t now, std::uint64_t least,
                                std::uint64_t most) const;
  std::int64_t signed_number(const std::string& key, std::int64_t now, std::int64_t least, std::int64_t most) const;
  std::string path_of(const std::string& key) const;

  std::shared_ptr<detail::config_source> source_;
  std::string path_; ///< "" or "mesh.limits"
};

/// A whole configuration. Read all sections, then ask for `problems`. One thread.
class config_reader {
public:
  /// `config_invalid` when the file cannot be read or is no YAML. An empty name: no file, only defaults and
  /// environment.
  static domain::expected<config_reader> from_file(const std::string& file, const std::string& service,
                                                   environment variables = process_environment());
  static domain::expected<config_reader> from_text(const std::string& yaml, const std::string& service,
                                                   environment variables = {});

  /// The file's top level.
  config_section top() const { return {source_, ""}; }
  config_section section(const std::string& key) const { return top().section(key); }

  /// All of them, in the file's order of reading, then the keys that nobody asked for, each with the nearest known key.
  std::vector<std::string> problems() const;
  /// `config_invalid` with all problems, one a line.
  domain::expected<void> finish() const;

private:
  explicit config_reader(std::shared_ptr<detail::config_source> source) : source_(std::move(source)) {}

  std::shared_ptr<detail::config_source> source_;
};

} // namespace fedloom::runtime
