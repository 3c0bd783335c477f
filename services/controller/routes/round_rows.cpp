#include "services/controller/routes/round_rows.hpp"

namespace fedloom::controller {

using domain::round_record;

namespace {

using round_visitor = std::function<bool(const round_record&)>;
using round_source = std::function<void(bool newest_first, const round_visitor& with)>;

round_source these(std::vector<round_record> rounds) {
  const auto shared = std::make_shared<const std::vector<round_record>>(std::move(rounds));
  return [shared](bool newest_first, const round_visitor& with) {
    for (std::size_t i = 0; i < shared->size(); ++i) {
      if (!with((*shared)[newest_first ? shared->size() - 1 - i : i])) {
        return;
      }
    }
  };
}

round_source all(const storage::round_store& store) {
  return [&store](bool newest_first, const round_visitor& with) {
    store.visit<round_record>({.newest_first = newest_first}, [&](round_record&& one) { return with(one); });
  };
}

round_source wanted(const rest_context& with, const runtime::http_request& request) {
  if (const auto id = wanted_value(request, "round_id")) {
    const auto number = running_number(*id);
    const auto found = number ? with.store->round(*number) : domain::failure(domain::errc::not_found, "");
    return these(found ? std::vector{*found} : std::vector<round_record>{});
  }
  if (const auto session = wanted_value(request, "session_id")) {
    return these(domain::valid_uuid(*session) ? with.store->rounds_of(domain::session_id{*session})
                                              : std::vector<round_record>{});
  }
  return all(*with.store);
}

} // namespace

rows rows_of_rounds(const rest_context& with, const runtime::http_request& request, round_view what) {
  const auto source = wanted(with, request);
  std::size_t count = 0;
  source(false, [&](const round_record& round) {
    count += what.count(round);
    return true;
  });
  auto sample = what.sample;
  const auto visit = [source, what = std::move(what)](const storage::visit_range& which, const object_visitor& take) {
    auto skip = which.skip;
    auto left = which.take;
    source(which.newest_first, [&](const round_record& round) {
      const auto size = what.count(round);
      for (auto i = std::min(skip, size); i < size; ++i) {
        if (left == 0 || !take(what.object(round, which.newest_first ? size - 1 - i : i))) {
          return false;
        }
        --left;
      }
      skip -= std::min(skip, size);
      return left > 0;
    });
  };
  return {count, visit, std::move(sample)};
}

round_record exemplary_round() {
  round_record round;
  round.model = domain::model_id{};
  const domain::contribution answer{.client = {}, .content = {}, .metrics = {{"loss", 0.5}}};
  round.contributions.push_back(answer);
  round.validations.push_back(answer);
  return round;
}

domain::timestamp last_change(const round_record& round) {
  return round.closed_at == domain::timestamp{} ? round.opened_at : round.closed_at;
}

domain::combiner_id combiner_of(const round_record& round, const domain::client_id& client) {
  for (const auto& part : round.parts) {
    const bool is_late = std::ranges::find(part.carried, client, &domain::carried_client::client) != part.carried.end();
    if (is_late || std::ranges::find(part.cohort, client) != part.cohort.end()) {
      return part.combiner;
    }
  }
  return {};
}

domain::model_id validated_model(const round_record& round) {
  return round.model.value_or(round.parent);
}

} // namespace fedloom::controller
