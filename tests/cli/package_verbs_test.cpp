#include "tests/cli/cli_world.hpp"

#include "actors/package/pack.hpp"

#include <fstream>

namespace fedloom::cli {

using testing::HasSubstr;

namespace {

class package_verbs : public testing::Test {
protected:
  package_verbs() {
    std::filesystem::create_directories(folder / "client");
    std::ofstream(folder / "client/fedn.yaml") << "entry_points:\n  train: {command: \"true\"}\n";
    std::ofstream(folder / "client/data.bin") << "private";
    std::ofstream(folder / "client/.fednignore") << "*.bin\n";
  }
  test::temporary_folder folder;
  std::string project = (folder / "client").string();
};

} // namespace

TEST_F(package_verbs, create_packs_a_project_and_tells_its_checksum) {
  const auto told = say({"package", "create", "-p", project, "-n", "ours.tgz", "-o", folder.path().string(), "--json"});
  ASSERT_EQ(told.code, exit_code::ok) << told.err;
  const auto file = folder / "ours.tgz";
  EXPECT_EQ(told.document().at("file"), file.string());
  EXPECT_EQ(told.document().at("checksum"), *package::checksum_of(file));
  EXPECT_EQ(told.document().at("bytes"), std::filesystem::file_size(file));
}

TEST_F(package_verbs, create_wants_a_project) {
  const auto told = say({"package", "create", "-p", folder.path().string(), "-o", folder.path().string()});
  EXPECT_EQ(told.code, exit_code::not_found);
  EXPECT_THAT(told.err, HasSubstr("fedn.yaml"));
}

TEST_F(package_verbs, upload_wants_an_archive) {
  EXPECT_EQ(say({"package", "upload", "/nowhere/package.tgz"}).code, exit_code::local);
}

TEST_F(package_verbs, upload_sends_the_archive_with_what_is_said_of_it) {
  std::map<std::string, std::string> fields;
  const auto server =
      runtime::http_server::start(
          {}, {{"POST", "/api/v1/packages",
                [&](runtime::http_request& request) {
                  fields = request.fields;
                  fields["file"] = request.file->name;
                  return runtime::http_response{200, "application/json", std::string{R"({"message": "stored"})"}, {}};
                },
                true}})
          .value();
  ASSERT_EQ(say({"package", "create", "-p", project, "-o", folder.path().string()}).code, exit_code::ok);
  std::ofstream(folder / "package.tgz.minisig") << "signed";
  const auto told =
      say({"package", "upload", (folder / "package.tgz").string(), "-n", "ours", "-d", "first", "--signature",
           (folder / "package.tgz.minisig").string(), "-P", std::to_string(server->port()), "--json"});
  ASSERT_EQ(told.code, exit_code::ok) << told.err;
  EXPECT_EQ(told.document().at("message"), "stored");
  EXPECT_EQ(fields, (std::map<std::string, std::string>{{"name", "ours"},
                                                        {"description", "first"},
                                                        {"helper", "numpyhelper"},
                                                        {"signature", "signed"},
                                                        {"file", "package.tgz"}}));
}

} // namespace fedloom::cli
