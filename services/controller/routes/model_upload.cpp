#include "actors/model/bin.hpp"
#include "actors/model/npz.hpp"
#include "actors/model/stream.hpp"
#include "services/controller/routes/answers.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <algorithm>
#include <mutex>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

constexpr std::size_t name_bytes = 256;
/// The form's fields and boundaries around the file.
constexpr std::uint64_t form_bytes = std::uint64_t{2} << 20;

enum class helper : std::uint8_t { numpy, binary };

std::string field_or(const runtime::http_request& request, const std::string& field, std::string otherwise) {
  const auto found = request.fields.find(field);
  return found == request.fields.end() || found->second.empty() ? otherwise : found->second;
}

expected<helper> helper_of(const runtime::http_request& request) {
  const auto asked = field_or(request, "helper", "");
  const auto& file = request.file->name;
  if (asked == "numpyhelper" || (asked.empty() && file.ends_with(".npz"))) {
    return helper::numpy;
  }
  if (asked == "binaryhelper" || (asked.empty() && file.ends_with(".bin"))) {
    return helper::binary;
  }
  return asked.empty()
             ? failure(errc::malformed, "\"" + file +
                                            "\" is neither .npz nor .bin; name the file so, or give "
                                            "helper=numpyhelper or helper=binaryhelper")
             : failure(errc::malformed, "helper is \"" + asked + "\"; it must be numpyhelper or binaryhelper");
}

/// Complaints about the file name the sender's, not our temporary one; what cannot be read is the sender's to mend.
domain::error for_sender(domain::error reason, const runtime::uploaded_file& file) {
  const auto path = file.path.string();
  if (const auto at = reason.text.find(path); at != std::string::npos) {
    reason.text.replace(at, path.size(), file.name.empty() ? "the file" : file.name);
  }
  if (reason.code == errc::malformed || reason.code == errc::unsupported) {
    reason.code = errc::malformed;
    reason.text +=
        "; upload a file that numpy.savez made of plain arrays, or give helper=binaryhelper for bytes of your own";
  }
  return reason;
}

expected<std::vector<std::byte>> read_model(const runtime::uploaded_file& file, helper with, std::uint64_t limit) {
  if (file.bytes > limit) {
    return failure(errc::too_large, "the model has " + std::to_string(file.bytes) + " bytes, the limit is " +
                                        std::to_string(limit) + "; raise the controller's limit for models");
  }
  if (file.bytes == 0) {
    return failure(errc::malformed, "the file is empty");
  }
  auto stream =
      with == helper::numpy ? model::stream_from_npz(file.path, limit) : model::stream_from_bin(file.path, limit);
  return stream.map_error([&](domain::error& reason) { return for_sender(std::move(reason), file); });
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
    if (!request.file || request.file->field != "file") {
      return failure(errc::malformed,
                     "there is no model; send multipart/form-data with a part \"file\" that has a file name");
    }
    const auto name = field_or(request, "name", request.file->name);
    if (name.size() > name_bytes) {
      return failure(errc::malformed, "name is longer than " + std::to_string(name_bytes) + " bytes");
    }
    return helper_of(request)
        .and_then([&](helper with) { return read_model(*request.file, with, with_->model_limit); })
        .and_then([&](const std::vector<std::byte>& stream) { return keep(name, stream); });
  }

  expected<domain::model_id> keep(const std::string& name, domain::byte_span stream) {
    const auto id = model::id_of(stream);
    // First the bytes, then the record: a record without its bytes would be a model that is lost (I-2).
    if (auto stored = with_->models->put(id, stream); !stored) {
      return tl::unexpected(stored.error());
    }
    const std::lock_guard lock(mutex_); // two uploads of the same bytes: the first record stands
    const auto known = with_->store->models();
    if (std::ranges::find(known, id, &domain::model_record::model) != known.end()) {
      return id;
    }
    domain::model_record record;
    record.model = id;
    record.name = name;
    record.stream_bytes = stream.size();
    record.committed_at = std::chrono::time_point_cast<domain::milliseconds>(std::chrono::system_clock::now());
    storage::batch changes;
    changes.models.push_back(std::move(record));
    return with_->store->write(changes).map([&] { return id; });
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
