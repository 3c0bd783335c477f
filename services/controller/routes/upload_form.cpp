#include "services/controller/routes/upload_form.hpp"

#include "messages/codec/text.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::failure;

std::string field_or(const runtime::http_request& request, const std::string& field, std::string otherwise) {
  const auto found = request.fields.find(field);
  return found == request.fields.end() || found->second.empty() ? otherwise : found->second;
}

domain::expected<std::string> text_field(const runtime::http_request& request, const std::string& field,
                                         std::string otherwise, std::size_t limit) {
  auto text = field_or(request, field, std::move(otherwise));
  if (text.size() > limit) {
    return failure(errc::malformed, field + " is longer than " + std::to_string(limit) + " bytes");
  }
  if (codec::valid_utf8(text) != text) {
    return failure(errc::malformed, field + " is no valid UTF-8");
  }
  return text;
}

domain::expected<void> check_file(const runtime::http_request& request, const std::string& what) {
  if (!request.file || request.file->field != "file") {
    return failure(errc::malformed,
                   "there is no " + what + "; send multipart/form-data with a part \"file\" that has a file name");
  }
  if (request.file->bytes == 0) {
    return failure(errc::malformed, "the file is empty");
  }
  return {};
}

domain::error for_sender(domain::error reason, const runtime::uploaded_file& file) {
  const auto named = file.name.empty() ? std::string{"the file"} : file.name;
  for (const auto& ours : {file.path.string(), file.path.filename().string()}) {
    if (const auto at = reason.text.find(ours); at != std::string::npos) {
      reason.text.replace(at, ours.size(), named);
    }
  }
  if (reason.code == errc::unsupported || reason.code == errc::not_found || reason.code == errc::config_invalid) {
    reason.code = errc::malformed;
  }
  return reason;
}

} // namespace fedloom::controller
