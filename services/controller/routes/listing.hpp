#pragma once
#include "services/controller/routes/answers.hpp"
#include "services/runtime/http_message.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace fedloom::controller {

/// What a list endpoint has to offer: `count` objects, made one by one and only when they are needed.
struct rows {
  std::size_t count = 0;
  std::function<json(std::size_t)> object; ///< in ascending order of committed_at
  json sample;                             ///< an object of a default record; its keys are the fields that exist
};

/// Rows of records in ascending order of their committed_at.
template <class Record, class MakeObject>
rows rows_of(std::vector<Record> records, MakeObject make) {
  const auto shared = std::make_shared<const std::vector<Record>>(std::move(records));
  return {shared->size(), [shared, make](std::size_t i) { return make((*shared)[i]); }, make(Record{})};
}

/// {"count": rows that pass the filters, "result": the page}, by FEDn's conventions: a query parameter is an exact
/// match of a field, dots lead into objects ("round_config.session_id"), "null" means that it has no value; the headers
/// X-Limit (0: all), X-Skip, X-Sort-Key (committed_at) and X-Sort-Order (desc) give the page. 400 for fields and values
/// that cannot be.
runtime::http_response list_answer(const runtime::http_request& request, const rows& from);

} // namespace fedloom::controller
