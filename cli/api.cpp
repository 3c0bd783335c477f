#include "cli/api.hpp"

#include "cli/progress_line.hpp"

namespace fedloom::cli {

using domain::errc;

namespace {

/// FEDn's errors are {"message"}; a proxy between may answer with anything.
std::string words_of(const http::answer& refusal) {
  const auto body = json::parse(refusal.body, nullptr, false);
  if (body.is_object() && body.contains("message") && body["message"].is_string()) {
    return body["message"].get<std::string>();
  }
  const auto line = refusal.body.substr(0, refusal.body.find('\n'));
  return line.empty() ? "it answered " + std::to_string(refusal.status) + " and said nothing" : line.substr(0, 300);
}

exit_code code_of(int status) {
  return status == 404 ? exit_code::not_found : exit_code::refused;
}

} // namespace

api::api(const context& in) : at_(in.at.resolved()), client_({}, in.stop), io_(in.io) {}

http::request api::request_for(const std::string& method, const std::string& path) const {
  http::request what{method, at_.url() + path, {{"Accept", "application/json"}}, {}, {}};
  if (!at_.token.empty()) {
    what.headers.emplace_back("Authorization", at_.scheme + ' ' + at_.token);
  }
  return what;
}

result<http::answer> api::judged(domain::expected<http::answer> got) const {
  if (got) {
    return got->status < 300 ? result<http::answer>(std::move(*got)) : fail(code_of(got->status), words_of(*got));
  }
  switch (got.error().code) {
  case errc::unavailable:
  case errc::timed_out:
    return fail(exit_code::unreachable, "no controller answers at " + at_.url() + " (" + got.error().text +
                                            "); is it running? Name it with -H and -P, or FEDLOOM_CONTROLLER_HOST "
                                            "and FEDLOOM_CONTROLLER_PORT");
  case errc::malformed:
    return fail(exit_code::usage, got.error().text);
  default:
    return local_failure(got.error());
  }
}

result<json> api::parsed(domain::expected<http::answer> got) const {
  return judged(std::move(got)).and_then([&](const http::answer& answer) -> result<json> {
    auto document = json::parse(answer.body, nullptr, false);
    if (document.is_discarded()) {
      return fail(exit_code::refused, at_.url() + " answers, but not as a fedloom controller; is the port right?");
    }
    return document;
  });
}

result<json> api::get(const std::string& path, const std::vector<std::pair<std::string, std::string>>& headers) const {
  auto what = request_for("GET", path);
  what.headers.insert(what.headers.end(), headers.begin(), headers.end());
  return parsed(client_.send(what));
}

result<json> api::send(const std::string& method, const std::string& path, const json& body) const {
  auto what = request_for(method, path);
  if (!body.is_null()) {
    what.headers.emplace_back("Content-Type", "application/json");
    what.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return parsed(client_.send(what));
}

result<json> api::post_form(const std::string& path, std::vector<http::form_part> form) const {
  auto what = request_for("POST", path);
  what.form = std::move(form);
  return parsed(client_.send(what));
}

outcome api::download(const std::string& path, const std::filesystem::path& file, const std::string& etag) const {
  progress_line line(io_);
  const auto show = [&](std::uint64_t done, std::uint64_t whole) { line.bytes(file.filename().string(), done, whole); };
  return judged(client_.download({request_for("GET", path), file, etag, show})).map([](const http::answer&) {});
}

outcome api::listen(const std::string& path, const std::function<bool(const http::event&)>& take) const {
  auto what = request_for("GET", path);
  what.headers.front().second = "text/event-stream";
  return judged(client_.listen(what, take)).map([](const http::answer&) {});
}

} // namespace fedloom::cli
