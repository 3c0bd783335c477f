#include "actors/model/npz.hpp"
#include "tests/services/controller/upload_form.hpp"

#include <filesystem>
#include <fstream>

namespace fedloom::controller {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

namespace {

std::string text_of(domain::byte_span bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A model of two tensors, told apart by `value`.
std::vector<std::byte> stream_of(std::uint8_t value) {
  auto stream = model::blank_stream({{{"0", model::dtype::f32, {3, 5}}, {"1", model::dtype::i64, {7}}}});
  model::data_of(stream).front() = std::byte{value};
  return stream;
}

std::string npz_of(std::uint8_t value) {
  return text_of(model::npz_from_stream(stream_of(value)).value());
}

class models : public rest_test {
protected:
  static test::http_answer upload(const form& what) { return send_form(*world, "/api/v1/models", what); }
  static std::string path_of(const std::string& id) { return "/api/v1/models/" + id; }
};

} // namespace

TEST_F(models, come_back_as_they_were_uploaded) {
  const auto answer = upload({npz_of(1), "seed.npz", "file", {{"name", "perceptron"}, {"helper", "numpyhelper"}}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto id = to_hex(model::id_of(stream_of(1)));
  EXPECT_EQ(body_of(answer),
            json({{"success", true}, {"message", "Model added successfully"}, {"model_id", id}, {"model", id}}));

  const auto shown = body_of(get(path_of(id)));
  EXPECT_EQ(shown.at("model_id"), id);
  EXPECT_EQ(shown.at("model"), id);
  EXPECT_EQ(shown.at("name"), "perceptron");
  EXPECT_EQ(shown.at("parent_model"), nullptr);
  EXPECT_EQ(shown.at("session_id"), nullptr);
  EXPECT_EQ(shown.at("stream_bytes"), stream_of(1).size());
  EXPECT_THAT(shown.at("committed_at").get<std::string>(), HasSubstr("GMT"));

  const auto file = get(path_of(id) + "/download");
  EXPECT_EQ(file.status, 200);
  EXPECT_TRUE(file.has_header("Content-Disposition: attachment; filename=\"" + id + ".npz\""));
  EXPECT_EQ(model::stream_from_npz(domain::as_bytes(file.body)).value(), stream_of(1));
  EXPECT_EQ(get(path_of(id) + "/download?format=flm").body, text_of(stream_of(1)));
}

TEST_F(models, keep_the_record_of_their_first_upload) {
  EXPECT_EQ(upload({npz_of(2), "seed.npz", "file", {{"name", "first"}}}).status, 200);
  const auto again = upload({npz_of(2), "seed.npz", "file", {{"name", "second"}}});
  EXPECT_EQ(again.status, 200);
  const std::string id = body_of(again).at("model_id");
  EXPECT_THAT(column(get("/api/v1/models?model_id=" + id), "name"), ElementsAre("first"));
}

TEST_F(models, may_be_rows_of_numbers) {
  const std::string weights = "sixteen bytes .."; // two float64
  const auto answer = upload({weights, "net.bin"});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string id = body_of(answer).at("model_id");
  EXPECT_EQ(body_of(get(path_of(id))).at("name"), "net.bin");
  EXPECT_EQ(get(path_of(id) + "/download?format=bin").body, weights);
  EXPECT_EQ(get(path_of(id) + "/download").status, 200);
  EXPECT_EQ(upload({"four", "net.xyz", "file", {{"helper", "androidhelper"}}}).status, 200);
}

TEST_F(models, change_their_format_and_not_their_id) {
  const std::string id = body_of(upload({npz_of(8)})).at("model_id");
  for (const std::string format : {"safetensors", "flm", "npz"}) {
    const auto file = get(path_of(id) + "/download?format=" + format).body;
    EXPECT_EQ(body_of(upload({file, "again." + format})).at("model_id"), id) << format;
  }
}

TEST_F(models, go_on_downloading_where_they_broke_off) {
  const std::string id = body_of(upload({npz_of(9)})).at("model_id");
  const auto whole = get(path_of(id) + "/download");
  EXPECT_TRUE(whole.has_header("ETag: \"" + id + "\""));
  const auto half = std::to_string(whole.body.size() / 2);
  const auto rest = get(path_of(id) + "/download", "Range: bytes=" + half + "-\r\nIf-Range: \"" + id + "\"\r\n");
  EXPECT_EQ(rest.status, 206);
  EXPECT_EQ(rest.body, whole.body.substr(whole.body.size() / 2));
  EXPECT_EQ(get(path_of(id) + "/download", "Range: bytes=99999999-\r\n").status, 416);
}

TEST_F(models, change_their_name_alone) {
  const std::string id = body_of(upload({npz_of(10)})).at("model_id");
  for (const auto* method : {"PATCH", "PUT"}) {
    const auto answer = world->ask(method, path_of(id), R"({"name": "net of )" + std::string{method} + R"("})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(body_of(answer).at("name"), "net of " + std::string{method});
    EXPECT_EQ(body_of(get(path_of(id))), body_of(answer));
  }
  const auto refused = world->ask("PATCH", path_of(id), R"({"parent_model": null})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(message_of(refused), HasSubstr("unknown key \"parent_model\""));
  EXPECT_EQ(world->ask("PATCH", path_of(id), R"({"name": 7})").status, 400);
  EXPECT_EQ(world->ask("PATCH", path_of(id), R"({"name": ""})").status, 400);
  EXPECT_EQ(world->ask("PATCH", path_of(to_hex(model(77))), R"({"name": "x"})").status, 404);
}

TEST_F(models, show_their_parameters) {
  const std::string id = body_of(upload({npz_of(0)})).at("model_id");
  EXPECT_EQ(body_of(get(path_of(id) + "/parameters")).dump(),
            R"({"array":[[[0,0,0,0,0],[0,0,0,0,0],[0,0,0,0,0]],[0,0,0,0,0,0,0]]})");
}

TEST_F(models, are_listed_with_their_place_in_the_trail) {
  domain::model_record node;
  node.model = model(9);
  node.parent = model(8);
  node.session = session(1);
  node.round = 4;
  node.name = "mnist_4";
  node.committed_at = date(1);
  storage::batch changes;
  changes.models.push_back(node);
  world->write(changes);
  const auto list = body_of(get("/api/v1/models?session_id=" + session(1).value()));
  ASSERT_EQ(list.at("count"), 1);
  EXPECT_EQ(list.at("result")[0].at("parent_model"), to_hex(model(8)));
  EXPECT_EQ(list.at("result")[0].at("round"), 4);
}

TEST_F(models, that_cannot_be_read_are_refused_with_what_to_do) {
  auto objects = npz_of(3);
  const std::string_view type = "'<f4'";
  objects.replace(objects.find(type), type.size(), "'|O' ");
  const std::pair<form, const char*> bad[] = {
      {{"no archive at all"}, "seed.npz: not a zip archive"},
      {{npz_of(3).substr(0, 100)}, "upload a file that numpy.savez made"},
      {{objects}, "upload a file that numpy.savez made of plain arrays"},
      {{""}, "the file is empty"},
      {{npz_of(3), "seed.pt"}, "does not end with .npz, .bin"},
      {{npz_of(3), "seed.npz", "file", {{"helper", "torchhelper"}}}, "numpyhelper, binaryhelper"},
      {{"seven b", "seed.bin"}, "no number of whole float64 elements"},
      {{npz_of(3), "seed.npz", "model"}, "a part \"file\""},
      {{npz_of(3), "seed.npz", "file", {{"name", std::string(300, 'x')}}}, "name is longer"},
  };
  for (const auto& [what, text] : bad) {
    const auto answer = upload(what);
    EXPECT_EQ(answer.status, 400) << text;
    EXPECT_THAT(message_of(answer), HasSubstr(text));
    EXPECT_THAT(answer.body, Not(HasSubstr(world->uploads.path().string())));
  }
}

TEST_F(models, come_as_forms_only) {
  const auto answer = world->ask("POST", "/api/v1/models", npz_of(4), "Content-Type: application/octet-stream\r\n");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(message_of(answer), HasSubstr("multipart/form-data"));
  EXPECT_EQ(world->ask("POST", "/api/v1/models").status, 400);
}

TEST_F(models, are_refused_above_the_limit) {
  EXPECT_EQ(upload({std::string(model_limit + 1, 'x'), "big.bin"}).status, 413);
  EXPECT_EQ(upload({std::string(4 * model_limit, 'x'), "huge.bin"}).status, 413);
  const auto long_tensor = model::blank_stream({{{"0", model::dtype::f64, {model_limit / 8 + 1}}}});
  EXPECT_EQ(upload({text_of(model::npz_from_stream(long_tensor).value())}).status, 413);
}

TEST_F(models, leave_no_files_behind) {
  upload({npz_of(5)});
  upload({"no archive"});
  EXPECT_THAT(std::vector<std::filesystem::path>(std::filesystem::directory_iterator(world->uploads.path()), {}),
              SizeIs(0));
}

TEST_F(models, use_the_senders_file_name_for_nothing_but_a_name) {
  const auto answer = upload({npz_of(6), "../../../etc/passwd.npz"});
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(get(path_of(body_of(answer).at("model_id")))).at("name"), "../../../etc/passwd.npz");
}

TEST_F(models, are_not_found_under_other_ids) {
  for (const std::string& id : {to_hex(model(77)), std::string{"%2e%2e"}, std::string{"%2e%2e%2f%2e%2e%2fetc%2fpasswd"},
                                std::string{"x"}, std::string(64, 'A'), std::string(5000, 'a')}) {
    EXPECT_EQ(get(path_of(id)).status, 404) << id;
    EXPECT_EQ(get(path_of(id) + "/download").status, 404) << id;
  }
}

TEST_F(models, are_exported_in_known_formats_only) {
  const std::string id = body_of(upload({npz_of(7)})).at("model_id");
  const auto answer = get(path_of(id) + "/download?format=pickle");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(message_of(answer), HasSubstr("npz, bin, f32, safetensors or flm"));
  EXPECT_THAT(message_of(get(path_of(id) + "/download?format=bin")), HasSubstr("ask for format=npz"));
}

} // namespace fedloom::controller
