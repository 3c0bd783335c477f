#include "actors/client/runtime/remote_package_trainer.hpp"
#include "actors/package/pack.hpp"
#include "actors/security/sha256.hpp"
#include "tests/actors/client/runtime/example_stream.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"
#include "tests/actors/package/archive_maker.hpp"
#include "tests/actors/security/signer.hpp"

#include <gmock/gmock.h>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* good_script = "cp \"$1\" \"$2\"; echo '{\"num_examples\": 7}' > \"$2-metadata\"";

/// Packages as they come from the controller, without a sandbox.
class remote_package_trainer_test : public testing::Test {
protected:
  remote_package_trainer_test() {
    settings.folder = scratch.path() / "packages";
    settings.work_folder = scratch.path() / "work";
    settings.environments = scratch.path() / "environments";
    fs::create_directories(settings.work_folder);
  }

  struct sent_package {
    domain::package_ref ref;
    domain::shared_bytes archive;
  };
  sent_package sent(const fs::path& file) const {
    const auto text = scratch.read(fs::relative(file, scratch.path()).string());
    auto archive = domain::shared_bytes::copy_of(std::as_bytes(std::span(text)));
    return {{domain::package_digest{security::sha256_of(archive.span())}, archive.size(), ""}, archive};
  }
  /// One that trains by this script; `more` goes into its fedn.yaml.
  sent_package package(const std::string& script = good_script, const std::string& more = "") const {
    fs::remove_all(scratch.path() / "project");
    scratch.write("project/client/fedn.yaml", more + "entry_points: {startup: {command: echo once >> started}, "
                                                     "train: {command: bash train.sh}}\n");
    scratch.write("project/client/train.sh", script);
    scratch.write("project/client/python_env.yaml", "name: any\ndependencies: [no-such-thing]\n");
    EXPECT_TRUE(package::pack(scratch.path() / "project/client", scratch.path() / "package.tgz"));
    return sent(scratch.path() / "package.tgz");
  }
  remote_package_trainer& sut() {
    if (!sut_)
      sut_ = std::make_unique<remote_package_trainer>(settings, sandbox::off());
    return *sut_;
  }
  void restart() { sut_.reset(); }

  errc prepares(const sent_package& what) { return code_of(sut().prepare(what.ref, what.archive, {})); }
  errc has(const sent_package& what) { return code_of(sut().prepare(what.ref, {}, {})); }
  errc trains(const sent_package& what) { return code_of(sut().train(model, {{}, 60s, "", what.ref}, {})); }
  template <class Outcome>
  errc code_of(const Outcome& outcome) {
    said = outcome ? "" : outcome.error().text;
    return outcome ? errc::none : outcome.error().code;
  }
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(settings.folder))
      names.push_back(entry.path().filename().string());
    return names;
  }

  scratch_folder scratch;
  remote_packages settings;
  std::string said;
  domain::shared_bytes model = domain::shared_bytes::adopt(example_stream<float>(model::dtype::f32, {{1, 2}, {0.5F}}));

private:
  std::unique_ptr<remote_package_trainer> sut_;
};

TEST_F(remote_package_trainer_test, runs_what_was_sent_and_starts_it_up_once) {
  const auto one = package();
  EXPECT_EQ(has(one), errc::not_found);
  EXPECT_EQ(prepares(one), errc::none) << said;
  EXPECT_EQ(trains(one), errc::none) << said;
  EXPECT_EQ(trains(one), errc::none) << said;
  EXPECT_EQ(scratch.read("packages/" + to_hex(one.ref.content) + "/started"), "once\n");
}

TEST_F(remote_package_trainer_test, finds_after_a_restart_what_it_had_unpacked) {
  const auto one = package();
  prepares(one);
  restart();
  EXPECT_EQ(has(one), errc::none) << said;
  EXPECT_EQ(trains(one), errc::none) << said;
}

TEST_F(remote_package_trainer_test, fetches_anew_what_was_damaged_on_the_disk) {
  const auto one = package();
  prepares(one);
  restart();
  scratch.write("packages/" + to_hex(one.ref.content) + ".tgz", "something else");
  EXPECT_EQ(has(one), errc::not_found);
  EXPECT_EQ(prepares(one), errc::none) << said;
}

TEST_F(remote_package_trainer_test, runs_several_side_by_side_and_lets_the_oldest_go) {
  settings.kept = 2;
  const auto first = package();
  const auto second = package(std::string(good_script) + "; true");
  const auto third = package(std::string(good_script) + "; true; true");
  prepares(first);
  prepares(second);
  trains(first);
  prepares(third);
  EXPECT_EQ(trains(first), errc::none) << said;
  EXPECT_EQ(trains(third), errc::none) << said;
  EXPECT_EQ(trains(second), errc::not_found);
  EXPECT_EQ(kept().size(), 4u) << "two archives and what was in them";
}

TEST_F(remote_package_trainer_test, refuses_bytes_that_are_not_the_named_package) {
  auto one = package();
  one.ref.content = domain::package_digest{{1}};
  EXPECT_EQ(prepares(one), errc::digest_mismatch);
  settings.trust.checksum = std::string(64, '0');
  restart();
  EXPECT_EQ(prepares(package()), errc::digest_mismatch) << "its owner allows another one";
  EXPECT_THAT(said, HasSubstr("runs only"));
}

TEST_F(remote_package_trainer_test, refuses_archives_that_are_not_safe_and_keeps_nothing_of_them) {
  package::archive_maker(scratch.path() / "climbs.tgz").file("../../escaped", "x");
  package::archive_maker(scratch.path() / "links.tgz").symbolic_link("etc", "/etc");
  package::archive_maker(scratch.path() / "bomb.tgz").file("zeros", std::string(20'000'000, '\0'));
  scratch.write("text.tgz", "no archive");
  for (const auto* name : {"climbs.tgz", "links.tgz", "bomb.tgz", "text.tgz"}) {
    EXPECT_EQ(prepares(sent(scratch.path() / name)), errc::package_unsafe) << name << ": " << said;
  }
  EXPECT_THAT(kept(), testing::IsEmpty());
  EXPECT_FALSE(fs::exists(scratch.path() / "escaped"));
  EXPECT_EQ(prepares(package()), errc::none) << said << " it lives on";
}

TEST_F(remote_package_trainer_test, names_what_is_wrong_with_a_project) {
  package::archive_maker(scratch.path() / "empty.tgz").file("readme", "x");
  EXPECT_EQ(prepares(sent(scratch.path() / "empty.tgz")), errc::config_invalid);
  EXPECT_THAT(said, HasSubstr("fedn.yaml"));
}

TEST_F(remote_package_trainer_test, runs_only_signed_packages_when_keys_are_pinned) {
  const security::signer publisher(7);
  const security::signer stranger(8);
  settings.trust.keys = {*security::parse_minisign_key(publisher.public_key())};
  auto one = package();
  const auto content = scratch.read("package.tgz");
  EXPECT_EQ(prepares(one), errc::signature_invalid);
  EXPECT_THAT(said, HasSubstr("not signed"));
  one.ref.signature = stranger.sign(content);
  EXPECT_EQ(prepares(one), errc::signature_invalid);
  one.ref.signature = publisher.sign(content + "x");
  EXPECT_EQ(prepares(one), errc::signature_invalid);
  EXPECT_THAT(kept(), testing::IsEmpty());
  one.ref.signature = publisher.sign(content);
  EXPECT_EQ(prepares(one), errc::none) << said;
}

TEST_F(remote_package_trainer_test, a_package_from_before_the_keys_were_pinned_needs_a_signature_too) {
  const auto one = package();
  prepares(one);
  settings.trust.keys = {*security::parse_minisign_key(security::signer(7).public_key())};
  restart();
  EXPECT_EQ(has(one), errc::signature_invalid);
}

TEST_F(remote_package_trainer_test, tells_that_an_environment_cannot_be_made_and_lives_on) {
  const auto python = scratch.write("python", "#!/bin/bash\necho no such thing >&2\nexit 1\n");
  fs::permissions(python, fs::perms::owner_all);
  settings.environment.python = python;
  EXPECT_EQ(prepares(package(good_script, "python_env: python_env.yaml\n")), errc::environment_failed);
  EXPECT_THAT(said, HasSubstr("no such thing"));
  EXPECT_EQ(trains(package()), errc::not_found);
  const auto plain = package();
  EXPECT_EQ(prepares(plain), errc::none) << said;
  EXPECT_EQ(trains(plain), errc::none) << said;
}

TEST_F(remote_package_trainer_test, a_prepared_environment_takes_the_place_of_the_packages_own) {
  scratch.write("prepared/bin/activate", "export FROM_THE_PREPARED=yes\n");
  settings.python_env = scratch.path() / "prepared";
  const auto one =
      package("test \"$FROM_THE_PREPARED\" = yes && " + std::string(good_script), "python_env: python_env.yaml\n");
  EXPECT_EQ(prepares(one), errc::none) << said;
  EXPECT_EQ(trains(one), errc::none) << said;
}

TEST_F(remote_package_trainer_test, says_what_to_do_when_the_session_names_no_package) {
  EXPECT_EQ(trains({}), errc::entry_point_missing);
  EXPECT_THAT(said, HasSubstr("upload one"));
}

} // namespace
} // namespace fedloom::client
