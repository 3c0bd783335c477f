#pragma once
#include "actors/storage/round_store.hpp"
#include "services/runtime/http_message.hpp"

#include <memory>

namespace fedloom::controller {

/// Requests with an Idempotency-Key are done at most once: repeated under its key, a request gets the answer of the
/// first time (and the header Idempotency-Replayed), also after a restart; another request under the same key is
/// refused (422). A key whose request is still at work, or was when the process ended, answers 409: whether it was done
/// is not known. A refusal that changed nothing and may pass (429, 503, 507) frees its key. The store keeps the newest
/// answers alone, see storage::record_limits. Thread-safe.
class idempotency {
public:
  /// The store outlives it.
  explicit idempotency(storage::round_store& store);
  ~idempotency();
  idempotency(const idempotency&) = delete;
  idempotency& operator=(const idempotency&) = delete;

  runtime::http_response answer(runtime::http_request& request, const runtime::http_handler& handler);

private:
  struct keys_at_work;

  storage::round_store& store_;
  const std::unique_ptr<keys_at_work> at_work_;
};

} // namespace fedloom::controller
