#include "messages/codec/list_codec.hpp"

#include "messages/codec/verification.hpp"

#include "messages/schema/registration_generated.h"
#include "messages/schema/round_generated.h"

#include <algorithm>

namespace fedloom::codec {

using domain::errc;

namespace {

constexpr const char* plan_identifier = "FLPL";
constexpr const char* partial_identifier = "FLPA";
constexpr const char* roster_identifier = "FLRO";

constexpr std::size_t error_text_bytes_in_all = std::size_t{1} << 20;
constexpr std::size_t metrics_in_all = 200'000;

/// Sender and receiver apply the same bounds, so that what one sends the other keeps.
bounds bounds_for(std::size_t contributions, std::size_t failures) {
  bounds limits;
  limits.metrics = std::min(limits.metrics, metrics_in_all / std::max<std::size_t>(contributions, 1));
  limits.error_text_bytes =
      std::min(limits.error_text_bytes, error_text_bytes_in_all / std::max<std::size_t>(failures, 1));
  return limits;
}

bool too_long(std::size_t entries) {
  return entries > max_list_entries;
}

domain::expected<std::vector<std::byte>> finished(const builder& out) {
  if (out.GetSize() > max_list_bytes) {
    return domain::failure(errc::too_large, "the lists of a message take " + std::to_string(out.GetSize()) + " bytes");
  }
  return bytes_of(out);
}

/// Calls `use` for every row while all is well.
template <class List, class Use>
void each(const List* list, complaint& wrong, Use use) {
  if (list == nullptr) {
    return;
  }
  if (too_long(list->size())) {
    wrong.say(errc::too_large, "a list of " + std::to_string(list->size()) + " entries");
  }
  for (flatbuffers::uoffset_t i = 0; i < list->size() && wrong.none(); ++i) {
    use(list->Get(i));
  }
}

std::vector<domain::client_id> read_names(const wire_list<wire_text>* list, complaint& wrong) {
  std::vector<domain::client_id> names;
  each(list, wrong, [&](const wire_text* name) { names.push_back(read_client(name, wrong)); });
  return names;
}

/// The verified root, or null with a complaint.
template <class Table>
const Table* root_of(const aligned_bytes& bytes, domain::byte_span payload, const char* identifier, complaint& wrong) {
  if (payload.size() > max_list_bytes) {
    wrong.say(errc::too_large, "lists of " + std::to_string(payload.size()) + " bytes");
    return nullptr;
  }
  const auto* root = bytes.root<Table>(identifier);
  if (root == nullptr) {
    wrong.say(errc::malformed, "the payload is not what the frame says");
  }
  return root;
}

template <class List>
std::size_t count(const List* list) {
  return list == nullptr ? 0 : list->size();
}

} // namespace

offset<wire::PlanLists> write_plan_lists(builder& out, const domain::round_plan& what) {
  const auto& exponents = what.scales.exponents;
  const auto cohort = write_names(out, what.cohort);
  const auto scales = exponents.empty() ? 0 : out.CreateVector(exponents);
  return wire::CreatePlanLists(out, cohort, scales, write_carried(out, what.carried));
}

void read_plan_lists(const wire::PlanLists& from, domain::round_plan& into, complaint& wrong) {
  into.cohort = read_names(from.cohort(), wrong);
  each(from.exponents(), wrong, [&](std::int32_t exponent) { into.scales.exponents.push_back(exponent); });
  each(from.carried(), wrong, [&](const wire::CarriedClient* row) {
    read_client(row->client(), wrong);
    if (wrong.none()) {
      into.carried.push_back(read_carried(*row));
    }
  });
}

domain::expected<std::vector<std::byte>> write_lists(const domain::round_plan& what) {
  const auto& exponents = what.scales.exponents;
  if (what.cohort.empty() && exponents.empty() && what.carried.empty()) {
    return {};
  }
  if (too_long(what.cohort.size()) || too_long(exponents.size()) || too_long(what.carried.size())) {
    return domain::failure(errc::too_large, "a round plan has at most 65536 clients and 65536 tensors per combiner");
  }
  builder out;
  out.Finish(write_plan_lists(out, what), plan_identifier);
  return finished(out);
}

domain::expected<std::vector<std::byte>> write_lists(const domain::partial& what) {
  if (what.contributions.empty() && what.failures.empty() && what.parents.empty()) {
    return {};
  }
  if (too_long(what.contributions.size()) || too_long(what.failures.size()) || too_long(what.parents.size())) {
    return domain::failure(errc::too_large, "a partial lists at most 65536 clients");
  }
  const auto limits = bounds_for(what.contributions.size(), what.failures.size());
  builder out;
  std::vector<offset<wire::Contribution>> contributions;
  for (const auto& row : what.contributions) {
    contributions.push_back(write_contribution(out, row, limits));
  }
  std::vector<offset<wire::ContributionFailure>> failures;
  for (const auto& row : what.failures) {
    failures.push_back(write_failure(out, row, limits));
  }
  const auto contribution_rows = out.CreateVector(contributions);
  const auto failure_rows = out.CreateVector(failures);
  std::vector<offset<wire::ParentWeight>> parents;
  for (const auto& row : what.parents) {
    const auto model = to_wire(row.model);
    parents.push_back(wire::CreateParentWeight(out, &model, row.weight));
  }
  const auto parent_rows = out.CreateVector(parents);
  out.Finish(wire::CreatePartialLists(out, contribution_rows, failure_rows, parent_rows), partial_identifier);
  return finished(out);
}

domain::expected<std::vector<std::byte>> write_lists(const domain::roster_changed& what) {
  if (what.present.empty() && what.gone.empty()) {
    return {};
  }
  if (too_long(what.present.size()) || too_long(what.gone.size())) {
    return domain::failure(errc::too_large, "a roster lists at most 65536 clients");
  }
  builder out;
  const auto present = write_names(out, what.present);
  const auto gone = write_names(out, what.gone);
  out.Finish(wire::CreateRosterLists(out, present, gone), roster_identifier);
  return finished(out);
}

void read_lists(domain::byte_span payload, domain::round_plan& into, complaint& wrong) {
  const aligned_bytes bytes(payload);
  if (const auto* lists = root_of<wire::PlanLists>(bytes, payload, plan_identifier, wrong)) {
    read_plan_lists(*lists, into, wrong);
  }
}

void read_lists(domain::byte_span payload, domain::partial& into, complaint& wrong) {
  const aligned_bytes bytes(payload);
  const auto* lists = root_of<wire::PartialLists>(bytes, payload, partial_identifier, wrong);
  if (lists == nullptr) {
    return;
  }
  const auto limits = bounds_for(count(lists->contributions()), count(lists->failures()));
  // The name is checked before the row is copied: a hostile buffer may share one long name between all rows.
  each(lists->contributions(), wrong, [&](const wire::Contribution* row) {
    read_client(row->client(), wrong);
    if (wrong.none()) {
      into.contributions.push_back(read_contribution(*row, limits));
    }
  });
  each(lists->failures(), wrong, [&](const wire::ContributionFailure* row) {
    read_client(row->client(), wrong);
    if (wrong.none()) {
      into.failures.push_back(read_failure(*row, limits));
    }
  });
  each(lists->parents(), wrong, [&](const wire::ParentWeight* row) {
    into.parents.push_back({read_id(row->model()), row->weight()});
  });
}

void read_lists(domain::byte_span payload, domain::roster_changed& into, complaint& wrong) {
  const aligned_bytes bytes(payload);
  if (const auto* lists = root_of<wire::RosterLists>(bytes, payload, roster_identifier, wrong)) {
    into.present = read_names(lists->present(), wrong);
    into.gone = read_names(lists->gone(), wrong);
  }
}

} // namespace fedloom::codec
