#include "actors/model/model_file.hpp"
#include "cli/entity.hpp"
#include "cli/verbs/verbs.hpp"

#include <fmt/format.h>

namespace fedloom::cli {

namespace {

namespace fs = std::filesystem;

constexpr column columns[] = {{"model_id", "/model_id", form::model}, {"name", "/name"},
                              {"session_id", "/session_id"},          {"round", "/round"},
                              {"size", "/stream_bytes", form::bytes}, {"committed_at", "/committed_at"}};
constexpr entity models{"model", "/api/v1/models", columns};

std::string joined_formats() {
  std::string all;
  for (const auto one : model::file_formats()) {
    all += (all.empty() ? "" : ", ") + std::string{model::extension(one)};
  }
  return all;
}

// -- set-active ------------------------------------------------------------------------

struct upload_options {
  fs::path file;
  std::string name;
  std::string helper;
};

/// By the file's ending, unless it is said.
result<model::file_format> format_of(const upload_options& wanted) {
  const auto format = wanted.helper.empty() ? model::format_of(wanted.file) : model::format_named(wanted.helper);
  return format ? result<model::file_format>(*format)
                : fail(exit_code::usage, format.error().text + "; name it with --helper");
}

outcome set_active(const context& in, const upload_options& wanted) {
  std::error_code unreadable;
  if (!fs::is_regular_file(wanted.file, unreadable)) {
    return fail(exit_code::local, wanted.file.string() + ": there is no such file");
  }
  const auto format = format_of(wanted);
  if (!format) {
    return tl::unexpected(format.error());
  }
  const std::string helper{model::helper_name(*format)};
  const auto name = wanted.name.empty() ? wanted.file.filename().string() : wanted.name;
  const api to(in);
  const auto uploaded =
      to.post_form("/api/v1/models", {{"name", name, {}}, {"helper", helper, {}}, {"file", {}, wanted.file}});
  if (!uploaded) {
    return tl::unexpected(uploaded.error());
  }
  // As FEDn does: what is trained from now on is of this kind.
  if (auto chosen = to.send("PUT", "/api/v1/helpers/active", {{"helper", helper}}); !chosen) {
    return tl::unexpected(chosen.error());
  }
  in.print(*uploaded, fmt::format("{}\nSessions begin with it unless told otherwise.",
                                  uploaded->value("model_id", uploaded->value("message", ""))));
  return {};
}

void add_set_active(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<upload_options>();
  auto& verb = into.verb(noun, "set-active", "Upload a model: the newest is where sessions begin", reach::controller,
                         [wanted](const context& in) { return set_active(in, *wanted); });
  verb.add_option("-f,--file,file", wanted->file, "The model: " + joined_formats())->required()->type_name("FILE");
  verb.add_option("-n,--name", wanted->name, "For people; the file's name if missing");
  verb.add_option("--helper", wanted->helper, "How to read the file, if its ending does not say so")->type_name("NAME");
}

// -- download ------------------------------------------------------------------------------

struct download_options {
  std::string id;
  fs::path file;
  std::string format;
};

outcome download(const context& in, const download_options& wanted) {
  const api from(in);
  const auto id =
      wanted.id.empty()
          ? from.get("/api/v1/models", {{"X-Limit", "1"}}).and_then([](const json& list) -> result<std::string> {
              const auto rows = list.value("result", json::array());
              return rows.empty() ? result<std::string>(fail(exit_code::not_found, "there is no model yet"))
                                  : rows.front().value("model_id", "");
            })
          : whole_model_id(from, wanted.id);
  if (!id) {
    return tl::unexpected(id.error());
  }
  std::string format = wanted.format;
  if (format.empty()) {
    const auto by_ending = model::format_of(wanted.file);
    format = by_ending ? model::extension(*by_ending) : "npz";
  }
  const auto file = wanted.file.empty() ? fs::path(*id + '.' + format) : wanted.file;
  const auto path = "/api/v1/models/" + *id + "/download?format=" + http::percent_encode(format);
  // A part of an earlier try is continued if it can only be of this content: of this model, in this format.
  const auto tag = file.extension() == '.' + format ? '"' + *id + '"' : std::string{};
  return from.download(path, file, tag).and_then([&]() -> outcome {
    std::error_code unknown;
    const auto bytes = fs::file_size(file, unknown);
    in.print(json{{"model_id", *id}, {"file", file.string()}, {"format", format}, {"bytes", bytes}}, file.string());
    return {};
  });
}

void add_download(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<download_options>();
  auto& verb = into.verb(noun, "download", "Fetch a model as a file", reach::controller,
                         [wanted](const context& in) { return download(in, *wanted); });
  add_id(verb, wanted->id, "Which model, or the beginning of its id; the newest if missing");
  verb.add_option("-o,--output", wanted->file, "Where to; <id>.<format> if missing")->type_name("FILE");
  verb.add_option("--format", wanted->format, joined_formats() + "; by the file's ending if missing")
      ->type_name("NAME");
}

// -- compare ---------------------------------------------------------------------------------

struct compare_options {
  std::string first;
  std::string second;
};

outcome compare(const context& in, const compare_options& wanted) {
  const api from(in);
  const auto first = whole_model_id(from, wanted.first);
  const auto second = first ? whole_model_id(from, wanted.second) : first;
  if (!second) {
    return tl::unexpected(second.error());
  }
  return from.get("/models/compare?version1=" + *first + "&version2=" + *second).and_then([&](const json& difference) {
    return show(in, difference);
  });
}

void add_compare(command_tree& into, CLI::App& noun) {
  const auto wanted = std::make_shared<compare_options>();
  auto& verb = into.verb(noun, "compare", "What the second of two models does better, by their validations",
                         reach::controller, [wanted](const context& in) { return compare(in, *wanted); });
  verb.add_option("first", wanted->first, "A model's id or its beginning")->required();
  verb.add_option("second", wanted->second, "Another's")->required();
}

} // namespace

void add_model_verbs(command_tree& into) {
  auto& noun = into.noun("model", "Models: upload, fetch, compare");
  add_set_active(into, noun);
  add_list_and_get(into, noun, models);
  add_download(into, noun);
  add_compare(into, noun);
}

} // namespace fedloom::cli
