#include "services/client/config.hpp"

namespace fedloom::client {

using namespace std::chrono_literals;

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

  reader.section("package").text("folder", all.package_folder, 1);
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
