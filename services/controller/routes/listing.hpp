#pragma once
#include "actors/storage/round_store.hpp"
#include "services/controller/routes/answers.hpp"
#include "services/controller/routes/filter.hpp"
#include "services/runtime/http_message.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

namespace fedloom::controller {

/// Called with one object after the other; false ends the visit.
using object_visitor = std::function<bool(json&&)>;

/// What a list endpoint has to offer: `count` objects, made one by one and only when they are needed.
struct rows {
  std::size_t count = 0;
  /// A page of them, in order; `newest_first` is from the end.
  std::function<void(const storage::visit_range& which, const object_visitor& with)> visit;
  json sample; ///< an object of a default record: its keys are the fields that exist, its values say their types
};

/// Rows of records that are at hand, in ascending order of their committed_at.
template <class Record, class MakeObject>
rows rows_of(std::vector<Record> records, MakeObject make) {
  const auto shared = std::make_shared<const std::vector<Record>>(std::move(records));
  const auto visit = [shared, make](const storage::visit_range& which, const object_visitor& with) {
    const auto count = shared->size();
    const auto end = which.skip + std::min(which.take, count - std::min(which.skip, count));
    for (auto i = which.skip; i < end; ++i) {
      if (!with(make((*shared)[which.newest_first ? count - 1 - i : i]))) {
        return;
      }
    }
  };
  return {shared->size(), visit, make(Record{})};
}

/// Rows of all the records of one kind: only those of the page are read, when there is no filter and the order is the
/// usual one.
template <class Record, class MakeObject>
rows stored_rows(const storage::round_store& store, MakeObject make) {
  const auto visit = [&store, make](const storage::visit_range& which, const object_visitor& with) {
    store.visit<Record>(which, [&](Record&& record) { return with(make(record)); });
  };
  return {store.count<Record>(), visit, make(Record{})};
}

/// {"count": rows that pass the filters, "result": the page}, by FEDn's conventions. The headers X-Limit (0: all),
/// X-Skip, X-Sort-Key (committed_at) and X-Sort-Order (desc) give the page; GET has the filter in its query, POST in
/// its body (`filter`). 400 for fields and values that cannot be.
runtime::http_response list_answer(const runtime::http_request& request, const rows& from);
/// How many pass: a bare number.
runtime::http_response count_answer(const runtime::http_request& request, const rows& from);

} // namespace fedloom::controller
