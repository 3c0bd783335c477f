#include "cli/entity.hpp"
#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

namespace {

constexpr column columns[] = {{"prediction_id", "/prediction_id"},
                              {"model", "/model_id", form::model},
                              {"sender", "/sender/name"},
                              {"data", "/data", form::brief},
                              {"timestamp", "/timestamp"}};
constexpr entity predictions{"prediction", "/api/v1/predictions", columns};

struct start_options {
  std::string id;
  std::string model;
};

outcome start(const context& in, const start_options& wanted) {
  const api to(in);
  const auto model = wanted.model.empty() ? result<std::string>("") : whole_model_id(to, wanted.model);
  return model
      .and_then([&](const std::string& whole) {
        json body = json::object();
        if (!wanted.id.empty()) {
          body["prediction_id"] = wanted.id;
        }
        if (!whole.empty()) {
          body["model_id"] = whole;
        }
        return to.send("POST", "/api/v1/predictions/start", body);
      })
      .and_then([&](const json& answer) { return show(in, answer); });
}

} // namespace

void add_prediction_verbs(command_tree& into) {
  auto& noun = into.noun("prediction", "Let clients predict with a model");
  const auto wanted = std::make_shared<start_options>();
  auto& verb = into.verb(noun, "start", "Ask every client for its predictions", reach::controller,
                         [wanted](const context& in) { return start(in, *wanted); });
  verb.add_option("-m,--model_id", wanted->model, "With this model; the newest if missing")->type_name("ID");
  verb.add_option("--id", wanted->id, "The prediction's id; made up if missing")->type_name("UUID");
  add_list_and_get(into, noun, predictions);
}

} // namespace fedloom::cli
