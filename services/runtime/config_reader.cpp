#include "services/runtime/config_reader.hpp"

#include "services/runtime/config_source.hpp"

#include <unistd.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace fedloom::runtime {

namespace {

template <class T>
bool parse(const std::string& text, T& into) {
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, into);
  return result.ec == std::errc{} && result.ptr == end;
}

/// "10 MiB", "10MiB", "10"
bool parse_bytes(const std::string& text, std::uint64_t& into) {
  const auto digits = text.find_first_not_of("0123456789");
  std::uint64_t count = 0;
  if (!parse(text.substr(0, digits), count)) {
    return false;
  }
  const auto begin = text.find_first_not_of(' ', std::min(digits, text.size()));
  const auto unit = begin == std::string::npos ? "" : text.substr(begin);
  const std::map<std::string, unsigned> shifts{{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  const auto shift = shifts.find(unit);
  if (shift == shifts.end() || count > std::numeric_limits<std::uint64_t>::max() >> shift->second) {
    return false;
  }
  into = count << shift->second;
  return true;
}

std::string shown(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

template <class T>
std::string shown(T value) {
  return std::to_string(value);
}

template <class T>
T within(detail::config_source& source, const std::string& path, T now, T least, T most, const char* kind,
         bool (*parse_value)(const std::string&, T&)) {
  const auto found = source.find_scalar(path);
  if (!found) {
    return now;
  }
  T value{};
  const auto range = "; allowed: " + shown(least) + " to " + shown(most);
  if (!parse_value(found->text, value)) {
    source.add_problem(found->origin, path, '"' + found->text + "\" is not " + kind + range);
    return now;
  }
  if (!(value >= least && value <= most)) { // also true for NaN
    source.add_problem(found->origin, path, found->text + " is out of range" + range);
    return now;
  }
  return value;
}

} // namespace

environment process_environment() {
  environment variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

std::string config_section::path_of(const std::string& key) const {
  return path_.empty() ? key : path_ + '.' + key;
}

config_section config_section::section(const std::string& key) const {
  source_->enter_section(path_of(key));
  return {source_, path_of(key)};
}

std::uint64_t config_section::unsigned_number(const std::string& key, std::uint64_t now, std::uint64_t least,
                                              std::uint64_t most) const {
  return within<std::uint64_t>(*source_, path_of(key), now, least, most, "a whole number", parse<std::uint64_t>);
}

std::int64_t config_section::signed_number(const std::string& key, std::int64_t now, std::int64_t least,
                                           std::int64_t most) const {
  return within<std::int64_t>(*source_, path_of(key), now, least, most, "a whole number", parse<std::int64_t>);
}

void config_section::number(const std::string& key, double& into, double least, double most) const {
  into = within<double>(*source_, path_of(key), into, least, most, "a number", parse<double>);
}

void config_section::milliseconds(const std::string& key, domain::milliseconds& into, domain::milliseconds least,
                                  domain::milliseconds most) const {
  into = domain::milliseconds{signed_number(key, into.count(), least.count(), most.count())};
}

void config_section::bytes(const std::string& key, std::uint64_t& into, std::uint64_t least, std::uint64_t most) const {
  into = within<std::uint64_t>(*source_, path_of(key), into, least, most, "a size (bytes, or with KiB, MiB, GiB)",
                               parse_bytes);
}

void config_section::text(const std::string& key, std::string& into, std::size_t least_length,
                          std::size_t most_length) const {
  const auto found = source_->find_scalar(path_of(key));
  if (!found) {
    return;
  }
  if (found->text.size() < least_length || found->text.size() > most_length) {
    source_->add_problem(found->origin, path_of(key),
                         '"' + found->text.substr(0, 80) + "\" has " + shown(found->text.size()) +
                             " characters; allowed: " + shown(least_length) + " to " + shown(most_length));
    return;
  }
  into = found->text;
}

void config_section::choice(const std::string& key, std::string& into, const std::vector<std::string>& allowed) const {
  const auto found = source_->find_scalar(path_of(key));
  if (!found) {
    return;
  }
  if (std::ranges::find(allowed, found->text) == allowed.end()) {
    std::string words;
    for (const auto& word : allowed) {
      words += (words.empty() ? "" : ", ") + word;
    }
    source_->add_problem(found->origin, path_of(key), '"' + found->text + "\" is not allowed; allowed: " + words);
    return;
  }
  into = found->text;
}

void config_section::flag(const std::string& key, bool& into) const {
  std::string word = into ? "true" : "false";
  choice(key, word, {"true", "false"});
  into = word == "true";
}

void config_section::texts(const std::string& key, std::vector<std::string>& into, std::size_t most_items) const {
  auto found = source_->find_list(path_of(key));
  if (!found) {
    return;
  }
  if (found->size() > most_items) {
    problem(key, "has " + shown(found->size()) + " items; allowed: 0 to " + shown(most_items));
    return;
  }
  into = std::move(*found);
}

void config_section::problem(const std::string& key, const std::string& what) const {
  source_->add_problem(path_of(key), what);
}

namespace {

domain::expected<YAML::Node> parse_yaml(const std::string& text, const std::string& name) {
  try {
    auto root = YAML::Load(text);
    if (!root.IsNull() && !root.IsMap()) {
      return domain::failure(domain::errc::config_invalid, name + ": the file must be a map of sections");
    }
    return root;
  } catch (const YAML::Exception& broken) {
    return domain::failure(domain::errc::config_invalid,
                           name + ':' + std::to_string(broken.mark.line + 1) + ": no proper YAML: " + broken.msg);
  }
}

std::shared_ptr<detail::config_source> make_source(YAML::Node root, const std::string& name, std::string service,
                                                   environment variables) {
  std::ranges::transform(service, service.begin(),
                         [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return std::make_shared<detail::config_source>(std::move(root), name, "FEDLOOM_" + service + '_',
                                                 std::move(variables));
}

} // namespace

domain::expected<config_reader> config_reader::from_file(const std::string& file, const std::string& service,
                                                         environment variables) {
  if (file.empty()) {
    return config_reader{make_source(YAML::Node{}, service + " configuration", service, std::move(variables))};
  }
  std::ifstream in(file);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return domain::failure(domain::errc::config_invalid,
                           "cannot read the configuration file " + file + "; check its name and permissions");
  }
  const auto name = std::filesystem::path(file).filename().string();
  return parse_yaml(text.str(), name).map([&](const YAML::Node& root) {
    return config_reader{make_source(root, name, service, std::move(variables))};
  });
}

domain::expected<config_reader> config_reader::from_text(const std::string& yaml, const std::string& service,
                                                         environment variables) {
  const auto name = service + ".yaml";
  return parse_yaml(yaml, name).map([&](const YAML::Node& root) {
    return config_reader{make_source(root, name, service, std::move(variables))};
  });
}

std::vector<std::string> config_reader::problems() const {
  return source_->problems();
}

domain::expected<void> config_reader::finish() const {
  std::string text;
  for (const auto& problem : problems()) {
    text += (text.empty() ? "" : "\n") + problem;
  }
  return text.empty() ? domain::expected<void>{} : domain::failure(domain::errc::config_invalid, std::move(text));
}

} // namespace fedloom::runtime
