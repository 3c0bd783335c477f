#pragma once
#include "actors/http/client.hpp"
#include "cli/context.hpp"
#include "cli/outcome.hpp"

namespace fedloom::cli {

/// The controller's REST API. Answers that are no success become problems, with the server's own words.
class api {
public:
  explicit api(const context& in);

  result<json> get(const std::string& path, const std::vector<std::pair<std::string, std::string>>& headers = {}) const;
  result<json> send(const std::string& method, const std::string& path, const json& body) const;
  result<json> post_form(const std::string& path, std::vector<http::form_part> form) const;
  /// `etag`: see http::download_order.
  outcome download(const std::string& path, const std::filesystem::path& file, const std::string& etag = {}) const;
  /// Until `take` says false or the stream ends.
  outcome listen(const std::string& path, const std::function<bool(const http::event&)>& take) const;

  const address& where() const { return at_; }

private:
  http::request request_for(const std::string& method, const std::string& path) const;
  result<http::answer> judged(domain::expected<http::answer> got) const;
  result<json> parsed(domain::expected<http::answer> got) const;

  address at_;
  http::client client_;
  console& io_;
};

} // namespace fedloom::cli
