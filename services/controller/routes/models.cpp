#include "actors/model/model_file.hpp"
#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/model_parameters.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/upload_form.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::model_record;
using domain::shared_bytes;
using runtime::http_request;
using runtime::http_response;

namespace {

/// Its first node: the same bytes may stand at several.
expected<model_record> find_model(const rest_context& with, const std::string& id) {
  return domain::model_id_from_hex(id).and_then([&](const domain::model_id& model) { return with.store->find(model); });
}

entity models() {
  return {"/api/v1/models",
          [](const rest_context& with, const http_request&) {
            return stored_rows<model_record>(*with.store, [](const model_record& model) { return json_of(model); });
          },
          [](const rest_context& with, const std::string& id) -> std::optional<json> {
            const auto found = find_model(with, id);
            return found ? std::optional<json>(json_of(*found)) : std::nullopt;
          }};
}

/// A model is what its bytes are and where it came from: only its name may change.
http_response rename_model(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  auto found = find_model(with, id);
  if (!found) {
    return entity_not_found(id);
  }
  const auto object = read_object(request.body, {"name"});
  if (!object) {
    return runtime::error_answer(object.error());
  }
  const auto name = text_of(*object, "name", name_bytes);
  if (!name || name->empty()) {
    return name ? runtime::message_answer(400, "name is missing; it is all of a model that may change")
                : runtime::error_answer(name.error());
  }
  found->name = *name;
  storage::batch changes;
  changes.models.push_back(*found);
  const auto written = with.store->write(changes);
  return written ? json_answer(json_of(*found)) : runtime::error_answer(written.error());
}

/// The file of the model in the format that is asked for, around views on its bytes in the store.
expected<model::file_pieces> exported(const shared_bytes& stream, model::file_format format) {
  return model::model_as(stream, format).map_error([](const domain::error& reason) {
    return domain::error{errc::malformed, reason.text + "; ask for format=npz"};
  });
}

http_response download_model(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto found = find_model(with, id);
  if (!found) {
    return entity_not_found(id);
  }
  const auto format = model::format_named(request.query_or("format", "npz"));
  if (!format) {
    return runtime::error_answer(format.error());
  }
  const auto file =
      with.models->get(found->model).and_then([&](const shared_bytes& stream) { return exported(stream, *format); });
  if (!file) {
    return runtime::error_answer(file.error());
  }
  http_response answer;
  answer.content_type = "application/octet-stream";
  answer.headers.emplace_back("Content-Disposition",
                              "attachment; filename=\"" + id + '.' + std::string(model::extension(*format)) + '"');
  answer.body = file->pieces();
  answer.entity_tag = id; // a model never changes (I-2), nor does its file in one format
  return answer;
}

http_response show_parameters(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto found = find_model(with, id);
  if (!found) {
    return entity_not_found(id);
  }
  auto text = with.models->get(found->model).and_then([](const shared_bytes& stream) {
    return parameters_text(stream.span());
  });
  if (!text) {
    return runtime::error_answer(text.error());
  }
  http_response answer;
  answer.body = std::move(*text);
  return answer;
}

} // namespace

route_list model_routes(const context_ptr& with) {
  return entity_routes(with, models()) + model_trail_routes(with) +
         route_list{model_upload_route(with), on("PATCH", "/api/v1/models/{id}", with, rename_model),
                    on("PUT", "/api/v1/models/{id}", with, rename_model),
                    on("GET", "/api/v1/models/{id}/download", with, download_model),
                    on("GET", "/api/v1/models/{id}/parameters", with, show_parameters)};
}

} // namespace fedloom::controller
