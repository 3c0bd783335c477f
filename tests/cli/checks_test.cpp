#include "cli/checks.hpp"
#include "cli/free_ports.hpp"
#include "tests/cli/cli_world.hpp"

namespace fedloom::cli {

TEST(doctor, each_check_says_something_and_what_to_do_unless_all_is_well) {
  const test::temporary_folder folder;
  for (const auto& one : machine_checks()) {
    const auto found = one.look({folder.path(), {}});
    EXPECT_FALSE(found.what.empty()) << one.name;
    EXPECT_TRUE(found.how == verdict::ok || !found.advice.empty()) << one.name;
  }
}

TEST(doctor, a_folder_that_is_not_there_fails_the_checks_of_the_disk) {
  const check_options nowhere{"/nowhere/at/all", {}};
  EXPECT_EQ(check_disk(nowhere).how, verdict::fail);
  EXPECT_EQ(check_sync(nowhere).how, verdict::fail);
}

TEST(doctor, leaves_nothing_behind) {
  const test::temporary_folder folder;
  EXPECT_NE(check_sync({folder.path(), {}}).how, verdict::fail);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(doctor, tells_it_all_as_one_document_and_by_its_exit_code) {
  const auto told = say({"doctor", "--folder", "/nowhere/at/all", "--json"});
  EXPECT_EQ(told.code, exit_code::local);
  EXPECT_EQ(told.document().at("ok"), false);
  EXPECT_EQ(told.document().at("checks").size(), machine_checks().size());
  EXPECT_THAT(told.err, testing::HasSubstr("mended"));
}

TEST(free_ports, are_different_and_a_port_that_is_listened_on_is_not_free) {
  const auto ports = free_ports(20);
  EXPECT_EQ((std::set<std::uint16_t>{ports.begin(), ports.end()}.size()), 20u);
  EXPECT_TRUE(is_free(ports.front()));
  const auto listener = runtime::http_server::start({}, {}).value();
  EXPECT_FALSE(is_free(listener->port()));
}

} // namespace fedloom::cli
