#pragma once
#include "messages/domain/record.hpp"
#include "services/controller/routes/answers.hpp"

/// Records as REST shows them. Names and words are FEDn's where it has them.
namespace fedloom::controller {

/// An HTTP date; null for one that never came.
json json_of(domain::timestamp when);
/// {"accuracy": 0.9, ...}
json json_of(const std::vector<domain::metric>& metrics);
json json_of(const domain::client_record& client, bool is_online);
json json_of(const domain::combiner_record& combiner, bool is_alive, std::size_t clients_online);
json json_of(const domain::model_record& model);
json json_of(const domain::session_record& session);
/// As session_config has it: round_timeout in seconds, weighting as a word.
json json_of(const domain::session_options& options);

/// Null instead of an empty text.
json text_or_null(const std::string& text);

} // namespace fedloom::controller
