#include "tests/cli/cli_world.hpp"

#include <fstream>

/// Entry points of a package, run as a developer would.
namespace fedloom::cli {

using testing::HasSubstr;

namespace {

class run_verbs : public testing::Test {
protected:
  void entry(const std::string& name, const std::string& command) {
    entries += "  " + name + ": {command: \"" + command + "\"}\n";
    std::ofstream(folder / "fedn.yaml") << "entry_points:\n" << entries;
  }
  spoken run(const std::string& name, std::vector<std::string> further = {}, std::stop_token stop = {}) const {
    std::vector<std::string> words{"run", name, "-p", folder.path().string(), "--json"};
    if (name != "build" && name != "startup") {
      std::ofstream(in) << "model";
      words.insert(words.end(), {"-i", in.string(), "-o", out.string()});
    }
    words.insert(words.end(), further.begin(), further.end());
    return say(words, std::move(stop));
  }
  std::string read(const std::filesystem::path& file) const {
    std::ifstream from(file);
    return {std::istreambuf_iterator<char>(from), {}};
  }

  test::temporary_folder folder;
  std::string entries = "  train: {command: sh train.sh}\n";
  std::filesystem::path in = folder / "in.npz";
  std::filesystem::path out = folder / "out.npz";
  void train_does(const std::string& script) const { std::ofstream(folder / "train.sh") << script; }
  void SetUp() override { std::ofstream(folder / "fedn.yaml") << "entry_points:\n" << entries; }
};

} // namespace

TEST_F(run_verbs, build_runs_in_the_projects_folder) {
  entry("build", "pwd > built");
  ASSERT_EQ(run("build").code, exit_code::ok);
  EXPECT_EQ(read(folder / "built"), std::filesystem::canonical(folder.path()).string() + '\n');
}

TEST_F(run_verbs, train_tells_what_clients_would_take_of_it) {
  train_does("cp $1 $2; echo '{\"num_examples\": 10, \"loss\": 0.5}' > $2-metadata");
  const auto told = run("train");
  ASSERT_EQ(told.code, exit_code::ok) << told.err;
  EXPECT_EQ(told.document().at("num_examples"), 10);
  EXPECT_EQ(told.document().at("metrics").at("loss"), 0.5);
  EXPECT_EQ(read(out), "model");
}

TEST_F(run_verbs, train_finds_its_settings_beside_the_model) {
  train_does("cp $1-metadata $2; echo '{\"num_examples\": 1}' > $2-metadata");
  ASSERT_EQ(run("train", {"--settings", R"({"epochs": 2})"}).code, exit_code::ok);
  EXPECT_EQ(json::parse(read(out)).at("epochs"), 2);
  ASSERT_EQ(run("train").code, exit_code::ok); // what lies there is the developer's own
  EXPECT_EQ(json::parse(read(out)).at("epochs"), 2);
  EXPECT_EQ(run("train", {"--settings", "[]"}).code, exit_code::usage);
}

TEST_F(run_verbs, an_update_that_clients_could_not_send_is_told_here_already) {
  train_does("cp $1 $2");
  EXPECT_THAT(run("train").err, HasSubstr("metadata"));
  train_does("cp $1 $2; echo '{}' > $2-metadata");
  EXPECT_THAT(run("train").err, HasSubstr("num_examples is missing"));
  std::filesystem::remove(out);
  train_does("true");
  const auto told = run("train");
  EXPECT_EQ(told.code, exit_code::local);
  EXPECT_THAT(told.err, HasSubstr("wrote no"));
}

TEST_F(run_verbs, validate_and_predict_bring_their_reports) {
  std::ofstream(folder / "report.sh") << "echo '{\"accuracy\": 0.5}' > $2";
  for (const char* name : {"validate", "predict"}) {
    entry(name, "sh report.sh");
    const auto told = run(name);
    ASSERT_EQ(told.code, exit_code::ok) << told.err;
    EXPECT_EQ(told.document().at("report").at("accuracy"), 0.5) << name;
  }
}

TEST_F(run_verbs, a_command_that_fails_is_a_failure_here) {
  train_does("exit 3");
  const auto told = run("train");
  EXPECT_EQ(told.code, exit_code::local);
  EXPECT_THAT(told.err, HasSubstr("train ended with 3"));
}

TEST_F(run_verbs, what_is_missing_is_named) {
  EXPECT_THAT(run("predict").err, HasSubstr("predict"));
  EXPECT_EQ(say({"run", "build", "-p", "/nowhere"}).code, exit_code::not_found);
  EXPECT_EQ(say({"run", "train", "-p", folder.path().string(), "-i", "/nowhere/in.npz", "-o", out.string()}).code,
            exit_code::local);
}

TEST_F(run_verbs, an_interrupt_ends_the_command) {
  train_does("exec sleep 1000");
  std::stop_source stop;
  stop.request_stop();
  const auto told = run("train", {}, stop.get_token());
  EXPECT_EQ(told.code, exit_code::interrupted);
}

} // namespace fedloom::cli
