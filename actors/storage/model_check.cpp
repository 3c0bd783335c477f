#include "actors/storage/model_check.hpp"

#include <set>

namespace fedloom::storage {

namespace {

bool is_over(domain::session_status status) {
  using enum domain::session_status;
  return status == finished || status == failed || status == stopped || status == cancelled;
}

std::set<domain::model_id> models_to_go_on_from(const round_store& records, const domain::session_record& session) {
  std::set<domain::model_id> needed{session.head};
  if (session.optimizer_state) {
    needed.insert(*session.optimizer_state);
  }
  for (const auto& round : records.rounds_of(session.session)) {
    if (round.status == domain::round_status::open) {
      needed.insert(round.parent);
    }
  }
  return needed;
}

} // namespace

domain::expected<void> check_models(const round_store& records, const model_store& models) {
  std::set<domain::model_id> whole; // many sessions may begin with the same
  for (const auto& session : records.sessions()) {
    if (is_over(session.status)) {
      continue;
    }
    for (const auto& id : models_to_go_on_from(records, session)) {
      if (!whole.insert(id).second) {
        continue;
      }
      if (const auto model = models.get(id); !model) {
        return domain::failure(domain::errc::storage_failed,
                               "session " + session.session.value() + " goes on from model " + to_hex(id) +
                                   ", which cannot be read: " + model.error().text +
                                   "; restore the data folder from a backup, or move it away to begin anew");
      }
    }
  }
  return {};
}

std::size_t remove_stray_models(const round_store& records, model_store& models) {
  std::set<domain::model_id> named;
  for (const auto& model : records.models()) {
    named.insert(model.model);
  }
  for (const auto& session : records.sessions()) {
    named.insert({session.seed, session.head, session.optimizer_state.value_or(session.head)});
  }
  std::size_t removed = 0;
  for (const auto& id : models.list()) {
    if (!named.contains(id) && models.remove(id)) {
      ++removed;
    }
  }
  return removed;
}

} // namespace fedloom::storage
