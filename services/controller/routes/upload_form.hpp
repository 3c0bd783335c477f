#pragma once
#include "messages/domain/expected.hpp"
#include "services/runtime/http_message.hpp"

#include <cstdint>
#include <string>

/// Forms that bring a file, as models and compute packages come.
namespace fedloom::controller {

/// The form's fields and boundaries around the file.
inline constexpr std::uint64_t form_bytes = std::uint64_t{2} << 20;
inline constexpr std::size_t name_bytes = 256;

std::string field_or(const runtime::http_request& request, const std::string& field, std::string otherwise);
/// The same, of at most `limit` bytes and valid UTF-8.
domain::expected<std::string> text_field(const runtime::http_request& request, const std::string& field,
                                         std::string otherwise, std::size_t limit);

/// `malformed` when the request has no file in its part "file", or an empty one; `what` is what it should have brought.
domain::expected<void> check_file(const runtime::http_request& request, const std::string& what);

/// A complaint names the file as the sender does, not as we do; what cannot be read is the sender's to mend.
domain::error for_sender(domain::error reason, const runtime::uploaded_file& file);

} // namespace fedloom::controller
