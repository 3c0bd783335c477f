#include "actors/model/model_file.hpp"
#include "actors/model/stream_hash.hpp"
#include "messages/codec/text.hpp"
#include "services/controller/routes/answers.hpp"
#include "services/controller/routes/route_groups.hpp"
#include "services/controller/routes/upload_form.hpp"

#include <mutex>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

expected<model::file_format> format_of(const runtime::http_request& request) {
  const auto helper = field_or(request, "helper", "");
  return helper.empty() ? model::format_of(request.file->name) : model::format_named(helper);
}

domain::error complaint(domain::error reason, const runtime::uploaded_file& file, model::file_format format) {
  reason = for_sender(std::move(reason), file);
  if (reason.code == errc::malformed && format == model::file_format::npz) {
    reason.text += "; upload a file that numpy.savez made of plain arrays";
  }
  return reason;
}

expected<model::model_reader> open_model(const runtime::uploaded_file& file, model::file_format format,
                                         std::uint64_t limit) {
  if (file.bytes > limit) {
    return failure(errc::too_large, "the model has " + std::to_string(file.bytes) + " bytes, the limit is " +
                                        std::to_string(limit) + "; raise the controller's limit for models");
  }
  return model::open_model(file.path, format, limit);
}

/// Writes models that come from users. Thread-safe.
class model_intake {
public:
  explicit model_intake(context_ptr with) : with_(std::move(with)) {}

  runtime::http_response take(const runtime::http_request& request) {
    auto added = add(request);
    if (!added) {
      return runtime::error_answer(added.error());
    }
    const auto id = to_hex(*added);
    return json_answer({{"success", true}, {"message", "Model added successfully"}, {"model_id", id}, {"model", id}});
  }

private:
  expected<domain::model_id> add(const runtime::http_request& request) {
    if (auto there = check_file(request, "model"); !there) {
      return tl::unexpected(there.error());
    }
    const auto& file = *request.file;
    const auto name = text_field(request, "name", codec::head_of(file.name, name_bytes), name_bytes);
    if (!name) {
      return tl::unexpected(name.error());
    }
    return format_of(request).and_then([&](model::file_format format) {
      return open_model(file, format, with_->model_limit)
          .and_then([&](model::model_reader reader) { return keep(*name, reader); })
          .map_error([&](domain::error reason) { return complaint(std::move(reason), file, format); });
    });
  }

  /// The model's bytes in the store, without holding them.
  expected<domain::model_id> store(model::model_reader& reader) {
    const auto writer = with_->models->begin();
    model::stream_hasher hasher;
    std::vector<std::byte> buffer(piece_bytes);
    for (;;) {
      const auto count = reader.read(buffer);
      if (!count) {
        return tl::unexpected(count.error());
      }
      if (*count == 0) {
        break;
      }
      const auto piece = std::span(buffer).first(*count);
      hasher.update(piece);
      if (auto appended = writer->append(piece); !appended) {
        return tl::unexpected(appended.error());
      }
    }
    const auto id = hasher.finish();
    return writer->finish(id).map([&] { return id; });
  }

  expected<domain::model_id> keep(const std::string& name, model::model_reader& reader) {
    // First the bytes, then the record: a record without its bytes would be a model that is lost (I-2).
    const auto id = store(reader);
    if (!id) {
      return id;
    }
    const std::lock_guard lock(mutex_); // two uploads of the same bytes: the first record stands
    if (with_->store->find(*id)) {
      return id;
    }
    domain::model_record record;
    record.model = *id;
    record.name = name;
    record.stream_bytes = reader.stream_bytes();
    record.committed_at = std::chrono::time_point_cast<domain::milliseconds>(std::chrono::system_clock::now());
    storage::batch changes;
    changes.models.push_back(std::move(record));
    return with_->store->write(changes).map([&] { return *id; });
  }

  const context_ptr with_;
  std::mutex mutex_;
};

} // namespace

runtime::route model_upload_route(const context_ptr& with) {
  const auto intake = std::make_shared<model_intake>(with);
  return {"POST", "/api/v1/models",
          runtime::http_handler{[intake](runtime::http_request& request) { return intake->take(request); }}, true,
          with->model_limit + form_bytes};
}

} // namespace fedloom::controller
