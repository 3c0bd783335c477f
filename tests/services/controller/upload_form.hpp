#pragma once
#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

/// A form with one file and some fields.
struct form {
  std::string file;
  std::string file_name = "seed.npz";
  std::string field = "file";
  std::map<std::string, std::string> fields{};
};

inline std::string body_of(const form& what, const std::string& boundary = "xyz") {
  std::string body;
  for (const auto& [name, value] : what.fields) {
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  return body + "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + what.field + "\"; filename=\"" +
         what.file_name + "\"\r\n\r\n" + what.file + "\r\n--" + boundary + "--\r\n";
}

inline test::http_answer send_form(const rest_world& to, const std::string& path, const form& what,
                                   const std::string& headers = {}, const std::string& boundary = "xyz") {
  return to.ask("POST", path, body_of(what, boundary),
                "Content-Type: multipart/form-data; boundary=" + boundary + "\r\n" + headers);
}

} // namespace fedloom::controller
