#include "cli/init_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::cli {

namespace {

result<std::map<std::string, std::string>> read(const std::string& text) {
  const test::temporary_folder folder;
  std::ofstream(folder / "client.yaml") << text;
  return read_init_file(folder / "client.yaml");
}

} // namespace

TEST(init_file, brings_its_settings_as_texts) {
  EXPECT_EQ(*read("discover_host: 10.0.0.5\ndiscover_port: 8092\nvalidator: true\nnested: {a: 1}\n"),
            (std::map<std::string, std::string>{
                {"discover_host", "10.0.0.5"}, {"discover_port", "8092"}, {"validator", "true"}}));
}

TEST(init_file, says_what_is_wrong_with_it) {
  EXPECT_EQ(read_init_file("/nowhere/client.yaml").error().code, exit_code::local);
  EXPECT_EQ(read("- a\n- b\n").error().code, exit_code::usage);
  EXPECT_EQ(read("a: [1\n").error().code, exit_code::usage);
}

} // namespace fedloom::cli
