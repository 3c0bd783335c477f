#include "actors/model/model_file.hpp"
#include "tests/actors/model/model_samples.hpp"
#include "tests/cli/cli_world.hpp"

#include <fstream>

/// Verbs that ask the controller, against the real REST API.
namespace fedloom::cli {

using controller::model;
using controller::session;
using domain::session_status;
using testing::AllOf;
using testing::HasSubstr;

namespace {

class controller_verbs : public cli_test {
protected:
  static void SetUpTestSuite() {
    cli_test::SetUpTestSuite();
    storage::batch changes;
    changes.sessions = {controller::session_record(1, session_status::finished),
                        controller::session_record(2, session_status::running)};
    changes.rounds = {controller::validated(controller::round_record(1, 1)), controller::round_record(2, 1)};
    world->write(changes);
  }

  static std::filesystem::path seed_file(const test::temporary_folder& folder, std::uint64_t content = 1) {
    model::manifest what;
    what.tensors.push_back({"0", model::dtype::i32, {4}});
    const auto file = folder / "seed.npz";
    EXPECT_TRUE(model::write_model(model::filled_stream(what, content), model::file_format::npz, file));
    return file;
  }
  static std::string upload(std::uint64_t content) {
    const test::temporary_folder folder;
    return ask_json({"model", "set-active", "-f", seed_file(folder, content).string()}).document().at("model_id");
  }
};

} // namespace

TEST_F(controller_verbs, list_is_a_table_for_people_and_a_document_for_programs) {
  const auto told = ask({"session", "list"});
  EXPECT_EQ(told.code, exit_code::ok) << told.err;
  EXPECT_THAT(told.out, AllOf(testing::StartsWith("session_id"), HasSubstr(session(1).value()), HasSubstr("Finished")));
  const auto document = ask_json({"session", "list"}).document();
  EXPECT_GE(document.at("count"), 2);
  EXPECT_EQ(document.at("result").at(0).at("session_id").get<std::string>().size(), 36u);
}

TEST_F(controller_verbs, list_takes_a_number_a_session_and_filters) {
  EXPECT_EQ(ask_json({"session", "list", "--n_max", "1"}).document().at("result").size(), 1u);
  const auto rounds = ask_json({"round", "list", "-s", session(1).value()}).document();
  ASSERT_EQ(rounds.at("result").size(), 1u);
  EXPECT_EQ(rounds.at("result").at(0).at("session_id"), session(1).value());
  const auto ended = ask_json({"session", "list", "--where", "status=Finished"}).document();
  EXPECT_EQ(ended.at("result").at(0).at("session_id"), session(1).value());
  EXPECT_EQ(ask({"session", "list", "--where", "nothing=1"}).code, exit_code::refused);
}

TEST_F(controller_verbs, an_empty_list_is_no_failure) {
  const auto told = ask({"combiner", "list"});
  EXPECT_EQ(told.code, exit_code::ok);
  EXPECT_EQ(told.out, "");
  EXPECT_THAT(told.err, HasSubstr("no combiner there"));
  EXPECT_EQ(ask_json({"combiner", "list"}).document().at("count"), 0);
}

TEST_F(controller_verbs, get_shows_one_object_however_its_id_is_given) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"session", "get", "--id", session(1).value()},
                                                                 {"session", "get", "-id", session(1).value()},
                                                                 {"session", "get", "-i", session(1).value()},
                                                                 {"session", "get", session(1).value()}}) {
    EXPECT_EQ(ask_json(words).document().at("status"), "Finished") << words[2];
  }
  EXPECT_THAT(ask({"session", "get", session(1).value()}).out, HasSubstr("status            Finished"));
}

TEST_F(controller_verbs, what_is_not_there_has_an_exit_code_of_its_own) {
  const auto told = ask({"session", "get", "no-such-id"});
  EXPECT_EQ(told.code, exit_code::not_found);
  EXPECT_EQ(told.out, "");
  EXPECT_THAT(told.err, HasSubstr("no-such-id not found"));
  EXPECT_EQ(ask({"session", "pause", "no-such-id"}).code, exit_code::not_found);
}

TEST_F(controller_verbs, a_controller_that_is_not_there_too) {
  const auto told = say({"session", "list", "-P", "1"});
  EXPECT_EQ(told.code, exit_code::unreachable);
  EXPECT_THAT(told.err, AllOf(HasSubstr("no controller answers at http://127.0.0.1:1"), HasSubstr("is it running?")));
}

TEST_F(controller_verbs, something_else_behind_the_port_is_told) {
  const auto other =
      runtime::http_server::start({}, {{"GET", "/api/v1/sessions",
                                        [](runtime::http_request&) {
                                          return runtime::http_response{200, "text/html", std::string{"<html>"}, {}};
                                        }}})
          .value();
  const auto told = say({"session", "list", "-P", std::to_string(other->port())});
  EXPECT_EQ(told.code, exit_code::refused);
  EXPECT_THAT(told.err, HasSubstr("not as a fedloom controller"));
}

TEST_F(controller_verbs, a_token_is_sent) {
  std::string heard;
  const auto listening =
      runtime::http_server::start({}, {{"GET", "/api/v1/sessions",
                                        [&](runtime::http_request& request) {
                                          heard = request.header("authorization");
                                          return runtime::http_response{200, "application/json", std::string{"{}"}, {}};
                                        }}})
          .value();
  say({"session", "list", "-P", std::to_string(listening->port()), "-t", "secret"});
  EXPECT_EQ(heard, "Bearer secret");
}

// -- models -------------------------------------------------------------------------

TEST_F(controller_verbs, a_model_goes_up_and_comes_down_again) {
  const auto id = upload(1);
  ASSERT_EQ(id.size(), 64u);
  const test::temporary_folder folder;
  const auto told = ask_json({"model", "download", "-id", id.substr(0, 10), "-o", (folder / "back.npz").string()});
  EXPECT_EQ(told.code, exit_code::ok) << told.err;
  EXPECT_EQ(told.document().at("model_id"), id);
  EXPECT_EQ(told.document().at("bytes"), std::filesystem::file_size(folder / "back.npz"));
  EXPECT_EQ(*model::read_model(folder / "back.npz", model::file_format::npz),
            *model::read_model(seed_file(folder), model::file_format::npz));
}

TEST_F(controller_verbs, a_model_brings_its_helper) {
  world->ask("PUT", "/api/v1/helpers/active", R"({"helper": "binaryhelper"})");
  upload(1);
  EXPECT_EQ(json::parse(world->ask("GET", "/api/v1/helpers/active").body), "numpyhelper");
}

TEST_F(controller_verbs, a_models_id_may_be_cut_short_as_long_as_it_is_clear) {
  const auto id = upload(2);
  EXPECT_EQ(ask_json({"model", "get", id.substr(0, 12)}).document().at("model_id"), id);
  EXPECT_EQ(ask({"model", "get", "zzzz"}).code, exit_code::not_found);
}

TEST_F(controller_verbs, a_file_that_is_no_model_is_refused_before_or_by_the_server) {
  const test::temporary_folder folder;
  EXPECT_EQ(ask({"model", "set-active", "-f", "/nowhere/seed.npz"}).code, exit_code::local);
  std::ofstream(folder / "seed.xyz") << "bytes";
  EXPECT_EQ(ask({"model", "set-active", "-f", (folder / "seed.xyz").string()}).code, exit_code::usage);
  std::ofstream(folder / "seed.npz") << "bytes";
  EXPECT_EQ(ask({"model", "set-active", "-f", (folder / "seed.npz").string()}).code, exit_code::refused);
}

// -- sessions ------------------------------------------------------------------------

TEST_F(controller_verbs, a_session_is_created_and_started_in_one_go) {
  const auto seed = upload(4);
  const auto told = ask_json(
      {"session", "start", "-n", "ours",  "-m",    seed.substr(0, 12),  "-r", "7", "-rc", "3", "-mc", "2", "-rt", "60",
       "-rb",     "2",     "-v", "False", "--set", "late_updates=carry"});
  ASSERT_EQ(told.code, exit_code::ok) << told.err;
  EXPECT_EQ(told.document().at("message"), "Session started");
  const auto stored = ask_json({"session", "get", told.document().at("session_id")}).document();
  EXPECT_EQ(stored.at("name"), "ours");
  EXPECT_EQ(stored.at("status"), "Started");
  EXPECT_EQ(stored.at("seed_model_id"), seed);
  const auto& config = stored.at("session_config");
  EXPECT_EQ(config.at("rounds"), 7);
  EXPECT_EQ(config.at("requested_clients"), 3);
  EXPECT_EQ(config.at("min_clients"), 2);
  EXPECT_EQ(config.at("round_timeout"), 60);
  EXPECT_EQ(config.at("round_buffer_size"), 2);
  EXPECT_EQ(config.at("validate"), false);
  EXPECT_EQ(config.at("late_updates"), "carry");
}

TEST_F(controller_verbs, a_session_that_the_server_refuses_is_told_in_its_words) {
  upload(5);
  const auto told = ask({"session", "start", "--set", "no_such_key=1"});
  EXPECT_EQ(told.code, exit_code::refused);
  EXPECT_THAT(told.err, HasSubstr("no_such_key"));
  EXPECT_EQ(ask({"session", "start", "-m", "zzzz"}).code, exit_code::not_found);
}

TEST_F(controller_verbs, a_session_that_has_to_wait_is_told_as_queued) {
  upload(6);
  world->desk.start_as = session_status::queued;
  EXPECT_EQ(ask_json({"session", "start"}).document().at("message"), "Session queued");
  world->desk.start_as = session_status::running;
}

TEST_F(controller_verbs, orders_change_a_session_and_show_it) {
  for (const auto& [verb, status] : std::map<std::string, std::string>{
           {"pause", "Paused"}, {"resume", "Started"}, {"stop", "Terminated"}, {"cancel", "Cancelled"}}) {
    const auto told = ask_json({"session", verb, session(2).value()});
    EXPECT_EQ(told.code, exit_code::ok) << told.err;
    EXPECT_EQ(told.document().at("status"), status) << verb;
  }
}

TEST_F(controller_verbs, continue_asks_for_further_rounds) {
  storage::batch changes;
  changes.sessions = {controller::session_record(3, session_status::created)};
  world->write(changes);
  EXPECT_EQ(ask({"session", "continue", session(3).value(), "-r", "4"}).code, exit_code::ok);
  EXPECT_EQ(world->desk.last_terms.rounds, 4u);
}

} // namespace fedloom::cli
