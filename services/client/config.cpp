#include "services/client/config.hpp"

#include <fstream>
#include <iterator>

namespace fedloom::client {

using namespace std::chrono_literals;

namespace {

/// Each a minisign public key: its text, or the name of its file.
std::vector<security::minisign_key> read_keys(const runtime::config_section& from) {
  std::vector<std::string> texts;
  from.texts("trusted_keys", texts, 64);
  std::vector<security::minisign_key> keys;
  for (const auto& text : texts) {
    std::string content = text;
    if (std::ifstream file(text); file) {
      content.assign(std::istreambuf_iterator<char>(file), {});
    }
    if (const auto key = security::parse_minisign_key(content)) {
      keys.push_back(*key);
    } else {
      from.problem("trusted_keys", "\"" + text + "\" is no public key of minisign, and no file with one");
    }
  }
  return keys;
}

package_config read_package(const runtime::config_section& from) {
  package_config all;
  from.choice("mode", all.mode, {"auto", "remote", "local"});
  from.text("folder", all.folder);
  if (all.mode == "local" && all.folder.empty()) {
    from.problem("folder", "must name the compute package when mode is local");
  }
  all.trusted_keys = read_keys(from);
  from.text("checksum", all.checksum, 0, 64);
  if (!all.checksum.empty() && !domain::package_digest_from_hex(all.checksum)) {
    from.problem("checksum", "must be 64 lower-case hex digits");
  }
  from.choice("sandbox", all.sandbox, {"auto", "bubblewrap", "seccomp", "none"});
  from.text("python_env", all.python_env);
  from.texts("readable", all.readable, 64);
  from.texts("variables", all.variables, 64);
  from.number<std::size_t>("kept", all.kept, 1, 64);
  from.milliseconds("environment_ms", all.environment_time, 1000ms, 24h);
  return all;
}

} // namespace

config read_config(const runtime::config_reader& reader) {
  config all;
  reader.top().text("id", all.id, 0, 64);
  reader.top().text("name", all.name, 0, 256);
  reader.top().text("data_folder", all.data_folder, 1);
  reader.top().text("preferred_combiner", all.preferred_combiner, 0, 64);
  if (!all.preferred_combiner.empty() && !domain::valid_name(all.preferred_combiner)) {
    reader.top().problem("preferred_combiner", "must consist of A-Z a-z 0-9 _ . -");
  }
  reader.top().number<std::uint64_t>("max_examples", all.max_examples, 1, std::uint64_t{1} << 32);

  const auto controller = reader.section("controller");
  controller.text("endpoint", all.controller_endpoint, 1);
  controller.milliseconds("answer_ms", all.dialog.answer, 100ms, 60s);
  controller.milliseconds("first_pause_ms", all.dialog.first_pause, 10ms, 60s);
  controller.milliseconds("longest_pause_ms", all.dialog.longest_pause, 10ms, 600s);

  all.package = read_package(reader.section("package"));
  reader.section("package").bytes("limit", all.tasks.package_bytes, 1024, std::uint64_t{4} << 30);
  const auto transfer = reader.section("transfer");
  transfer.number<std::uint32_t>("window_chunks", all.tasks.window, 1, 1024);
  transfer.bytes("model_limit", all.tasks.model_bytes, 1024, std::uint64_t{1} << 40);
  const auto updates = reader.section("updates");
  updates.number<std::size_t>("kept", all.tasks.kept_updates, 1, 1024);
  updates.bytes("kept_limit", all.tasks.kept_bytes, 1024, std::uint64_t{1} << 40);
  all.admin = runtime::read_admin(reader, all.admin);
  return all;
}

} // namespace fedloom::client
