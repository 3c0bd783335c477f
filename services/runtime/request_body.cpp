#include "services/runtime/request_body.hpp"

#include "services/runtime/multipart.hpp"
#include "services/runtime/url.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace fedloom::runtime {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::size_t fields_limit = std::size_t{1} << 20;

using piece_function = std::function<domain::expected<void>(std::string_view)>;

domain::expected<void> too_large(std::uint64_t limit) {
  return domain::failure(domain::errc::too_large,
                         "the body is larger than the limit of " + std::to_string(limit) + " bytes");
}

/// Hands the body on in pieces and keeps the limit.
domain::expected<void> pump(const body_source& source, std::int64_t announced, std::uint64_t limit,
                            const piece_function& take) {
  if (announced > 0 && static_cast<std::uint64_t>(announced) > limit) {
    return too_large(limit);
  }
  std::vector<char> buffer(piece_bytes);
  std::uint64_t total = 0;
  for (;;) {
    const auto count = source(buffer);
    if (count < 0 || (count == 0 && announced > 0 && total < static_cast<std::uint64_t>(announced))) {
      return domain::failure(domain::errc::malformed, "the connection ended within the body");
    }
    if (count == 0) {
      return {};
    }
    total += static_cast<std::uint64_t>(count);
    if (total > limit) {
      return too_large(limit);
    }
    if (auto taken = take({buffer.data(), static_cast<std::size_t>(count)}); !taken) {
      return taken;
    }
  }
}

/// A temporary file that is being written.
class file_writer {
public:
  ~file_writer() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }

  domain::expected<void> open(const std::filesystem::path& folder, std::string field, std::string name,
                              http_request& request) {
    auto path = (folder / "fedloom-upload-XXXXXX").string();
    file_ = ::mkostemp(path.data(), O_CLOEXEC);
    if (file_ < 0) {
      return failed("create a file in " + folder.string());
    }
    request.file.emplace(std::move(field), std::move(name), std::move(path));
    return {};
  }

  domain::expected<void> write(std::string_view bytes, http_request& request) {
    while (!bytes.empty()) {
      const auto count = ::write(file_, bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR) {
        return failed("write " + request.file->path.string());
      }
      const auto written = count < 0 ? 0 : static_cast<std::size_t>(count);
      bytes.remove_prefix(written);
      request.file->bytes += written;
    }
    return {};
  }

private:
  static domain::expected<void> failed(const std::string& what) {
    return domain::failure(domain::errc::storage_failed, "cannot " + what + ": " +
                                                             std::generic_category().message(errno) +
                                                             "; check the disk of the upload folder");
  }

  int file_ = -1;
};

/// Sorts a form's parts into the request.
class form_sink final : public multipart_sink {
public:
  form_sink(const std::filesystem::path& folder, http_request& request) : folder_(folder), request_(request) {}

  domain::expected<void> begin_part(const std::string& field, const std::optional<std::string>& file) override {
    field_ = field;
    in_file_ = file.has_value();
    if (!in_file_) {
      request_.fields[field_].clear();
      return {};
    }
    if (request_.file) {
      return domain::failure(domain::errc::malformed, "the form has more than one file; send one at a time");
    }
    return writer_.open(folder_, field, *file, request_);
  }

  domain::expected<void> part_bytes(std::string_view bytes) override {
    if (in_file_) {
      return writer_.write(bytes, request_);
    }
    fields_bytes_ += bytes.size();
    if (fields_bytes_ > fields_limit) {
      return domain::failure(domain::errc::too_large, "the form's fields hold more than 1 MiB");
    }
    request_.fields[field_].append(bytes);
    return {};
  }

  domain::expected<void> end_part() override { return {}; }

private:
  const std::filesystem::path& folder_;
  http_request& request_;
  file_writer writer_;
  std::string field_;
  std::size_t fields_bytes_ = 0;
  bool in_file_ = false;
};

domain::expected<void> read_form(const body_source& source, std::int64_t announced, const body_rule& rule,
                                 http_request& request) {
  const auto boundary = header_parameter(request.header("content-type"), "boundary");
  if (!boundary || boundary->empty()) {
    return domain::failure(domain::errc::malformed, "the multipart body's Content-Type names no boundary");
  }
  form_sink sink(rule.folder, request);
  multipart_parser parser(*boundary, sink);
  return pump(source, announced, rule.limit, [&](std::string_view bytes) { return parser.feed(bytes); }).and_then([&] {
    return parser.finish();
  });
}

} // namespace

domain::expected<void> read_body(const body_source& source, std::int64_t announced, const body_rule& rule,
                                 http_request& request) {
  if (!rule.to_file) {
    return pump(source, announced, rule.limit, [&](std::string_view bytes) -> domain::expected<void> {
      request.body.append(bytes);
      return {};
    });
  }
  constexpr std::string_view form = "multipart/form-data";
  if (::strncasecmp(std::string{request.header("content-type")}.c_str(), form.data(), form.size()) == 0) {
    return read_form(source, announced, rule, request);
  }
  file_writer writer;
  return writer.open(rule.folder, "", "", request).and_then([&] {
    return pump(source, announced, rule.limit, [&](std::string_view bytes) { return writer.write(bytes, request); });
  });
}

} // namespace fedloom::runtime
