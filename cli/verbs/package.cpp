#include "actors/package/pack.hpp"
#include "cli/entity.hpp"
#include "cli/verbs/verbs.hpp"

#include <fmt/format.h>
#include <fstream>

namespace fedloom::cli {

namespace {

namespace fs = std::filesystem;

constexpr column columns[] = {{"package_id", "/package_id"}, {"name", "/name"},     {"file", "/file_name"},
                              {"helper", "/helper"},         {"active", "/active"}, {"committed_at", "/committed_at"}};
constexpr entity packages{"package", "/api/v1/packages", columns};

// -- create ------------------------------------------------------------------------------

struct create_options {
  fs::path folder = ".";
  std::string name = "package.tgz";
  fs::path output = ".";
};

outcome create(const context& in, const create_options& wanted) {
  const auto file = wanted.output / wanted.name;
  const auto checksum = package::pack(wanted.folder, file);
  if (!checksum) {
    return local_failure(checksum.error());
  }
  std::error_code unknown;
  in.print(json{{"file", file.string()}, {"checksum", *checksum}, {"bytes", fs::file_size(file, unknown)}},
           fmt::format("{}\nsha256 {}\nUpload it: fedloom package upload {}", file.string(), *checksum, file.string()));
  return {};
}

void add_create(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<create_options>();
  auto& verb = into.verb(noun, "create", "Pack a project's folder, but for what its .fednignore names",
                         reach::this_machine, [wanted](const context& in) { return create(in, *wanted); });
  verb.add_option("-p,--path", wanted->folder, "The folder with fedn.yaml")->required()->type_name("FOLDER");
  verb.add_option("-n,--name", wanted->name, "The archive's name")->capture_default_str();
  verb.add_option("-o,--output", wanted->output, "The folder to put it in")->capture_default_str()->type_name("FOLDER");
}

// -- upload ------------------------------------------------------------------------------

struct upload_options {
  fs::path file;
  std::string name;
  std::string description;
  std::string helper = "numpyhelper";
  fs::path signature;
};

outcome upload(const context& in, const upload_options& wanted) {
  std::error_code unreadable;
  for (const auto& file : {wanted.file, wanted.signature}) {
    if (!file.empty() && !fs::is_regular_file(file, unreadable)) {
      return fail(exit_code::local, file.string() + ": there is no such file");
    }
  }
  std::vector<http::form_part> form{{"name", wanted.name.empty() ? wanted.file.filename().string() : wanted.name, {}},
                                    {"description", wanted.description, {}},
                                    {"helper", wanted.helper, {}}};
  if (!wanted.signature.empty()) {
    std::ifstream text(wanted.signature);
    form.push_back({"signature", {std::istreambuf_iterator<char>(text), {}}, {}});
  }
  form.push_back({"file", {}, wanted.file});
  const auto uploaded = api(in).post_form("/api/v1/packages", std::move(form));
  if (!uploaded) {
    return tl::unexpected(uploaded.error());
  }
  in.print(*uploaded, uploaded->value("message", "uploaded"));
  return {};
}

void add_upload(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<upload_options>();
  auto& verb = into.verb(noun, "upload", "Upload an archive and make it the active one", reach::controller,
                         [wanted](const context& in) { return upload(in, *wanted); });
  verb.add_option("-f,--file,file", wanted->file, "The archive, for example package.tgz")
      ->required()
      ->type_name("FILE");
  verb.add_option("-n,--name", wanted->name, "For people; the file's name if missing");
  verb.add_option("-d,--description", wanted->description, "For people");
  verb.add_option("--helper", wanted->helper, "The models' format (FEDn's -hp)")->capture_default_str();
  verb.add_option("--signature", wanted->signature, "Its .minisig, for clients that trust signed packages alone")
      ->type_name("FILE");
}

// -- set-active ------------------------------------------------------------------------------

outcome set_active(const context& in, const std::string& id) {
  return api(in).send("PUT", "/api/v1/packages/active", {{"id", id}}).and_then([&](const json& answer) -> outcome {
    in.print(answer, "active: " + id);
    return {};
  });
}

void add_set_active(command_tree& into, CLI::App& noun) {
  const auto id = std::make_shared<std::string>();
  auto& verb = into.verb(noun, "set-active", "Let new sessions use a package that was uploaded", reach::controller,
                         [id](const context& in) { return set_active(in, *id); });
  add_id(verb, *id, "Which package")->required();
}

} // namespace

void add_package_verbs(command_tree& into) {
  auto& noun = into.noun("package", "Compute packages: pack, upload, activate");
  add_create(into, noun);
  add_upload(into, noun);
  add_set_active(into, noun);
  add_list_and_get(into, noun, packages);
}

} // namespace fedloom::cli
