#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fedloom::http {

/// A field of a form: a text, or a file whose content is streamed from the disk.
struct form_part {
  std::string name;
  std::string value;
  std::optional<std::filesystem::path> file;
};

struct request {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<form_part> form; ///< if there is any, it is sent as multipart/form-data in place of the body
};

/// What a server said, whatever its status: judging that is the caller's.
struct answer {
  int status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;

  /// Empty if there is none; `name` in lower case.
  std::string header(const std::string& name) const;
};

/// For a path's segment or a query's value.
std::string percent_encode(std::string_view text);

} // namespace fedloom::http
