#include "actors/model/bin.hpp"
#include "actors/model/npz.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/listing.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <algorithm>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::shared_bytes;

namespace {

runtime::http_response list_models(const rest_context& with, runtime::http_request& request) {
  return list_answer(request,
                     rows_of(with.store->models(), [](const domain::model_record& model) { return json_of(model); }));
}

/// Its first node: the same bytes may stand at several.
std::optional<domain::model_record> find_model(const rest_context& with, const std::string& id) {
  const auto model = domain::model_id_from_hex(id);
  if (!model) {
    return std::nullopt;
  }
  const auto models = with.store->models();
  const auto found = std::ranges::find(models, *model, &domain::model_record::model);
  return found == models.end() ? std::nullopt : std::optional(*found);
}

runtime::http_response get_model(const rest_context& with, runtime::http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto found = find_model(with, id);
  return found ? json_answer(json_of(*found)) : entity_not_found(id);
}

/// The file of the model in the format that is asked for.
expected<shared_bytes> exported(const shared_bytes& stream, const std::string& format) {
  if (format == "flm") {
    return stream;
  }
  if (format == "npz") {
    return model::npz_from_stream(stream.span()).map([](auto file) { return shared_bytes::adopt(std::move(file)); });
  }
  if (format != "bin") {
    return domain::failure(errc::malformed, "format is \"" + format + "\"; it must be npz, flm or bin");
  }
  auto raw = model::bin_from_stream(stream.span());
  if (!raw) {
    return domain::failure(errc::malformed, raw.error().text + "; ask for format=npz");
  }
  const auto offset = static_cast<std::size_t>(raw->data() - stream.data());
  return stream.slice(offset, raw->size());
}

runtime::http_response download_model(const rest_context& with, runtime::http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto found = find_model(with, id);
  if (!found) {
    return entity_not_found(id);
  }
  const auto format = request.query_or("format", "npz");
  const auto file =
      with.models->get(found->model).and_then([&](const shared_bytes& stream) { return exported(stream, format); });
  if (!file) {
    return runtime::error_answer(file.error());
  }
  runtime::http_response answer;
  answer.content_type = "application/octet-stream";
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + id + '.' + format + '"');
  answer.body = *file;
  return answer;
}

} // namespace

route_list model_routes(const context_ptr& with) {
  return {on("GET", "/api/v1/models", with, list_models), model_upload_route(with),
          on("GET", "/api/v1/models/{id}", with, get_model),
          on("GET", "/api/v1/models/{id}/download", with, download_model)};
}

} // namespace fedloom::controller
