#include "actors/security/sha256.hpp"
#include "tests/actors/package/archive_maker.hpp"
#include "tests/services/controller/upload_form.hpp"

#include <fstream>

namespace fedloom::controller {

using package::archive_maker;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

namespace {

const std::string project = "entry_points:\n  train: {command: python3 train.py}\n";
const std::string base = "/api/v1/packages";

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The bytes of the archive that `fill` makes.
template <class Fill>
std::string archive(const Fill& fill) {
  const test::temporary_folder folder;
  {
    archive_maker maker(folder / "package.tgz");
    fill(maker);
  }
  return content_of(folder / "package.tgz");
}

/// A compute package, told apart by its note.
std::string good_package(const std::string& note) {
  return archive([&](archive_maker& maker) {
    maker.folder("client/").file("client/fedn.yaml", project).file("client/train.py", "# " + note);
  });
}

std::string sha256(const std::string& bytes) {
  return security::to_hex(security::sha256_of(domain::as_bytes(bytes)));
}

class packages : public rest_test {
protected:
  static test::http_answer upload(const std::string& bytes, const std::map<std::string, std::string>& fields = {},
                                  const std::string& name = "package.tgz") {
    return send_form(*world, base, {bytes, name, "file", fields});
  }
  static std::string id_of(const test::http_answer& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    return body_of(answer).at("package_id");
  }
};

} // namespace

TEST_F(packages, are_stored_and_become_the_active_one) {
  const auto bytes = good_package("first");
  const auto answer = upload(bytes, {{"name", "mnist"}, {"description", "ten digits"}, {"helper", "numpyhelper"}});
  const auto id = id_of(answer);
  EXPECT_EQ(message_of(answer), "Package uploaded");
  auto shown = body_of(get(base + "/active"));
  EXPECT_EQ(body_of(get(base + "/" + id)), shown);
  EXPECT_THAT(shown.at("committed_at").get<std::string>(), HasSubstr("GMT"));
  shown.erase("committed_at");
  shown.erase("updated_at");
  EXPECT_EQ(shown, json({{"package_id", id},
                         {"name", "mnist"},
                         {"description", "ten digits"},
                         {"file_name", "package.tgz"},
                         {"storage_file_name", sha256(bytes) + ".tgz"},
                         {"helper", "numpyhelper"},
                         {"active", true},
                         {"checksum", sha256(bytes)},
                         {"bytes", bytes.size()},
                         {"signed", false}}));
}

TEST_F(packages, are_downloaded_as_they_came) {
  const auto bytes = good_package("second");
  const auto id = id_of(upload(bytes));
  const auto other = good_package("third");
  id_of(upload(other, {}, "other.tar.gz"));
  EXPECT_EQ(get(base + "/download").body, other);
  for (const auto& name : {id, sha256(bytes) + ".tgz"}) {
    const auto answer = get(base + "/download?name=" + name);
    EXPECT_EQ(answer.body, bytes);
    EXPECT_TRUE(answer.has_header("Content-Disposition: attachment; filename=\"" + sha256(bytes) + ".tgz\""));
    EXPECT_EQ(body_of(get(base + "/checksum?name=" + name)).at("checksum"), sha256(bytes));
  }
  EXPECT_EQ(get(base + "/download?name=other.tar.gz").body, other);
  EXPECT_EQ(body_of(get(base + "/checksum")).at("checksum"), sha256(other));
  EXPECT_EQ(get(base + "/download?name=" + id, "Range: bytes=0-1\r\n").body, bytes.substr(0, 2));
  EXPECT_EQ(get(base + "/download?name=nothing").status, 404);
  const auto nothing = get(base + "/checksum?name=..%2f..%2fstate");
  EXPECT_EQ(nothing.status, 404);
  EXPECT_EQ(body_of(nothing).at("checksum"), nullptr);
}

TEST_F(packages, are_chosen_and_given_up) {
  const auto one = id_of(upload(good_package("one"), {{"helper", "binaryhelper"}}));
  const auto two = id_of(upload(good_package("two"), {{"helper", "numpyhelper"}}));
  const auto chosen = world->ask("PUT", base + "/active", json({{"id", one}}).dump());
  EXPECT_EQ(chosen.status, 200);
  EXPECT_EQ(message_of(chosen), "Active package set");
  EXPECT_EQ(body_of(get(base + "/active")).at("package_id"), one);
  EXPECT_THAT(column(get(base + "?active=true"), "package_id"), ElementsAre(one));
  EXPECT_EQ(body_of(get("/api/v1/helpers/active")), "binaryhelper");

  EXPECT_EQ(message_of(world->ask("DELETE", base + "/active")), "Active package deleted");
  EXPECT_EQ(get(base + "/active").status, 404);
  EXPECT_EQ(get(base + "/download").status, 404);
  EXPECT_EQ(get(base + "/checksum").status, 404);
  EXPECT_EQ(world->ask("DELETE", base + "/active").status, 404);
  EXPECT_EQ(body_of(get(base + "/" + two)).at("active"), false);
}

TEST_F(packages, keep_their_record_when_they_come_again) {
  const auto bytes = good_package("again");
  const auto one = id_of(upload(bytes, {{"name", "a"}}));
  EXPECT_EQ(id_of(upload(bytes, {{"name", "a"}})), one);
  EXPECT_NE(id_of(upload(bytes, {{"name", "b"}})), one);
}

TEST_F(packages, bring_their_signature) {
  const auto id = id_of(upload(good_package("signed"), {{"signature", "untrusted comment: x\nRWQ..."}}));
  EXPECT_EQ(body_of(get(base + "/" + id)).at("signed"), true);
  EXPECT_EQ(world->store->find(domain::package_id{id}).value().content.signature, "untrusted comment: x\nRWQ...");
}

TEST_F(packages, that_are_unsafe_are_refused_by_the_entrys_name_and_leave_nothing) {
  const auto count = body_of(get(base)).at("count");
  const auto active = world->store->active();
  const auto stored = world->packages->list().size();
  const std::pair<std::string, const char*> bad[] = {
      {archive([](auto& maker) { maker.file("fedn.yaml", project).file("../evil.py"); }), "../evil.py"},
      {archive([](auto& maker) { maker.file("fedn.yaml", project).file("/etc/evil.py"); }), "/etc/evil.py"},
      {archive([](auto& maker) { maker.file("fedn.yaml", project).symbolic_link("leak", "/etc/passwd"); }), "leak"},
      {archive([](auto& maker) { maker.file("fedn.yaml", project).hard_link("twin", "fedn.yaml"); }), "twin"},
      {archive([](auto& maker) { maker.file("fedn.yaml", project).device("disk"); }), "disk"},
      {archive([](auto& maker) { maker.file("train.py"); }), "fedn.yaml"},
      {archive([](auto& maker) { maker.file("fedn.yaml", "entry_points: ["); }), "fedn.yaml"},
      {archive([](auto& maker) { maker.file("fedn.yaml", "entry_points: {validate: {command: x}}"); }), "train"},
      {"no archive at all", "package.tgz is no .tgz"},
      {good_package("cut").substr(0, 60), "package.tgz"},
      {"", "the file is empty"},
  };
  for (const auto& [bytes, text] : bad) {
    const auto answer = upload(bytes);
    EXPECT_EQ(answer.status, 400) << text << ": " << answer.body;
    EXPECT_THAT(message_of(answer), HasSubstr(text));
    EXPECT_THAT(answer.body, Not(HasSubstr(world->uploads.path().string())));
  }
  EXPECT_EQ(body_of(get(base)).at("count"), count);
  EXPECT_EQ(world->store->active(), active);
  EXPECT_THAT(world->packages->list(), SizeIs(stored));
}

TEST_F(packages, that_grow_without_bound_are_refused) {
  const auto bomb = archive(
      [](auto& maker) { maker.file("fedn.yaml", project).file("zeros", std::string(std::size_t{8} << 20, '\0')); });
  const auto answer = upload(bomb);
  EXPECT_EQ(answer.status, 413) << answer.body;
  EXPECT_THAT(message_of(answer), HasSubstr("zeros"));
}

TEST_F(packages, need_words_that_make_sense) {
  const auto bytes = good_package("words");
  EXPECT_THAT(message_of(upload(bytes, {{"helper", "torchhelper"}})), HasSubstr("numpyhelper, binaryhelper"));
  EXPECT_THAT(message_of(upload(bytes, {{"name", std::string(300, 'x')}})), HasSubstr("name is longer"));
  EXPECT_THAT(message_of(upload(bytes, {{"description", "\xff\xfe"}})), HasSubstr("no valid UTF-8"));
  EXPECT_THAT(message_of(upload(bytes, {{"signature", std::string(2000, 'x')}})), HasSubstr("signature is longer"));
  EXPECT_EQ(world->ask("POST", base, bytes, "Content-Type: application/gzip\r\n").status, 400);
  EXPECT_EQ(world->ask("PUT", base + "/active", R"({"id": "nothing"})").status, 404);
  EXPECT_EQ(world->ask("PUT", base + "/active", R"({"id": 7})").status, 400);
  EXPECT_EQ(world->ask("PUT", base + "/active", "{}").status, 400);
}

TEST_F(packages, leave_no_files_behind) {
  upload(good_package("tidy"));
  upload("nonsense");
  EXPECT_THAT(std::vector<std::filesystem::path>(std::filesystem::directory_iterator(world->uploads.path()), {}),
              SizeIs(0));
}

TEST_F(packages, go_with_a_helper_that_may_be_chosen_alone) {
  const auto answer = world->ask("PUT", "/api/v1/helpers/active", R"({"helper": "androidhelper"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(message_of(answer), "Active helper set");
  EXPECT_EQ(get("/api/v1/helpers/active").body, R"("androidhelper")");
  const auto refused = world->ask("PUT", "/api/v1/helpers/active", R"({"helper": "torchhelper"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(message_of(refused), HasSubstr("androidhelper"));
  EXPECT_EQ(get("/api/v1/helpers/active").body, R"("androidhelper")");
}

} // namespace fedloom::controller
