#include "services/controller/routes/idempotency.hpp"

#include "actors/security/sha256.hpp"
#include "actors/security/sha256_file.hpp"
#include "services/runtime/http_range.hpp"
#include "services/runtime/json_answer.hpp"

#include <algorithm>
#include <mutex>
#include <set>

namespace fedloom::controller {

using domain::expected;
using runtime::http_request;
using runtime::http_response;

struct idempotency::keys_at_work {
  std::mutex mutex;
  std::set<std::string> keys;
};

namespace {

constexpr std::size_t key_bytes = 255;
/// The status of a request that has not been answered yet.
constexpr std::uint32_t begun = 0;

bool is_key(std::string_view text) {
  return text.size() <= key_bytes && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

void add(security::sha256& hash, std::string_view text) {
  const auto length = std::to_string(text.size()) + ':'; // or "ab" + "c" would be "a" + "bc"
  hash.update(domain::as_bytes(length));
  hash.update(domain::as_bytes(text));
}

template <class Texts>
void add_all(security::sha256& hash, const Texts& texts) {
  add(hash, std::to_string(texts.size()));
  for (const auto& [name, value] : texts) {
    add(hash, name);
    add(hash, value);
  }
}

/// What makes it the same request. A form counts by its fields: its boundary is another one each time.
expected<std::string> digest_of(const http_request& request) {
  security::sha256 hash;
  add(hash, request.method);
  add(hash, request.path);
  add(hash, request.body);
  add_all(hash, request.query);
  add_all(hash, request.fields);
  if (request.file) {
    const auto content = security::sha256_of_file(request.file->path);
    if (!content) {
      return tl::unexpected(content.error());
    }
    add(hash, request.file->field);
    add(hash, request.file->name);
    add(hash, security::to_hex(*content));
  }
  return security::to_hex(hash.finish());
}

/// Nothing was done, and it may be done later.
bool frees_its_key(int status) {
  return status == 429 || status == 503 || status == 507;
}

/// Who knows whether it was done?
bool is_unknown(int status) {
  return status == 500 || status == 504;
}

http_response conflict(const std::string& text) {
  return runtime::message_answer(409, text);
}

http_response answer_of(const domain::answer_record& known, const std::string& request) {
  if (known.request != request) {
    return runtime::message_answer(422, "the Idempotency-Key was used for another request; use a fresh one");
  }
  if (known.status == begun) {
    return conflict("a request with this Idempotency-Key was begun, and whether it was done is not known; look, and "
                    "then send it with a fresh key if it is still wanted");
  }
  http_response answer;
  answer.status = static_cast<int>(known.status);
  answer.body = known.body;
  answer.headers.emplace_back("Idempotency-Replayed", "true");
  return answer;
}

domain::timestamp now() {
  return std::chrono::time_point_cast<domain::milliseconds>(std::chrono::system_clock::now());
}

expected<void> keep(storage::round_store& store, domain::answer_record what) {
  storage::batch changes;
  what.at = now();
  changes.answers.push_back(std::move(what));
  return store.write(changes);
}

std::string text_of(const runtime::http_body& body) {
  std::string text;
  for (const auto view : runtime::views_of(body)) {
    text += view;
  }
  return text;
}

} // namespace

idempotency::idempotency(storage::round_store& store) : store_(store), at_work_(std::make_unique<keys_at_work>()) {}
idempotency::~idempotency() = default;

http_response idempotency::answer(http_request& request, const runtime::http_handler& handler) {
  const std::string key{request.header("Idempotency-Key")};
  if (key.empty()) {
    return handler(request);
  }
  if (!is_key(key)) {
    return runtime::message_answer(400, "the Idempotency-Key must be 1 to " + std::to_string(key_bytes) +
                                            " visible ASCII characters");
  }
  struct place {
    keys_at_work& all;
    const std::string& key;
    const bool is_mine = [this] {
      const std::lock_guard lock(all.mutex);
      return all.keys.insert(key).second;
    }();
    ~place() {
      const std::lock_guard lock(all.mutex);
      if (is_mine) {
        all.keys.erase(key);
      }
    }
  } const taken{*at_work_, key};
  if (!taken.is_mine) {
    return conflict("a request with this Idempotency-Key is at work; wait for its answer");
  }
  const auto digest = digest_of(request);
  if (!digest) {
    return runtime::error_answer(digest.error());
  }
  if (const auto known = store_.answer(key); known && !known->request.empty()) {
    return answer_of(*known, *digest);
  }
  if (const auto noted = keep(store_, {key, *digest, begun, {}, {}}); !noted) {
    return runtime::error_answer(noted.error());
  }
  auto answer = handler(request); // if it throws, its outcome stays unknown
  if (!is_unknown(answer.status)) {
    domain::answer_record record{key, *digest, static_cast<std::uint32_t>(answer.status), text_of(answer.body), {}};
    if (frees_its_key(answer.status)) {
      record = {key, {}, begun, {}, {}};
    }
    static_cast<void>(keep(store_, std::move(record))); // if that fails, its outcome stays unknown
  }
  return answer;
}

} // namespace fedloom::controller
