#include "services/runtime/http_message.hpp"

#include <algorithm>

namespace fedloom::runtime {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

} // namespace

bool header_less::operator()(std::string_view a, std::string_view b) const {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

uploaded_file::uploaded_file(uploaded_file&& other) noexcept
    : field(std::move(other.field)), name(std::move(other.name)), path(std::exchange(other.path, {})),
      bytes(other.bytes) {}

uploaded_file::~uploaded_file() {
  if (!path.empty()) {
    std::error_code gone; // renamed away by the handler
    std::filesystem::remove(path, gone);
  }
}

std::string_view http_request::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : found->second;
}

std::string http_request::query_or(const std::string& name, std::string otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? otherwise : found->second;
}

} // namespace fedloom::runtime
