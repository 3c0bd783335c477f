#include "actors/transfer/digests.hpp"
#include "tests/simulation/mesh.hpp"

namespace fedloom::simulation {

namespace {

/// The committed model is the exact mean over what the record lists, and over nothing else.
std::string wrong_model(const controller_disk& disk, const domain::round_record& record) {
  const auto parent = disk.models->get(record.parent);
  const auto committed = disk.models->get(record.model.value_or(domain::model_id{}));
  if (!parent || !committed) {
    return "its parent or its model is not in the store";
  }
  const auto head = parent->slice(0, model::read_stream(parent->span())->head_bytes);
  aggregation::accumulator exact(head, record.scales, record.scales.total_weight);
  for (const auto& one : record.contributions) {
    const auto update = trained(*parent, lesson_of(one.client));
    if (transfer::stream_digest(update.span()) != one.content) {
      return "I-11: not the update of " + one.client.value();
    }
    exact.add({update}, one.weight);
  }
  const auto expected = exact.average(parent->span(), 1.0);
  return std::ranges::equal(expected, committed->span()) ? "" : "I-11: not the mean over its contributions";
}

std::string wrong_lists(const domain::round_record& record) {
  std::set<domain::client_id> listed;
  std::uint64_t weight = 0;
  for (const auto& one : record.contributions) {
    weight += one.weight;
    if (!listed.insert(one.client).second) {
      return "I-6: " + one.client.value() + " is listed twice";
    }
  }
  for (const auto& one : record.failures) {
    if (!listed.insert(one.client).second) {
      return "I-6: " + one.client.value() + " both contributed and failed, or failed twice";
    }
  }
  return weight == record.weight ? "" : "I-6: the weights do not add up";
}

} // namespace

std::string violations(const mesh& of, const domain::session_id& which) {
  std::string text;
  const auto note = [&](const domain::round_key& round, const std::string& what) {
    text += what.empty() ? "" : domain::to_string(round) + ": " + what + "\n";
  };
  const auto session = of.session(which);
  std::map<domain::round_key, std::set<domain::client_id>> counted;
  auto head = session.seed;
  std::uint32_t last = 0;
  for (const auto& record : of.disk().records->rounds_of(which)) {
    if (record.status == domain::round_status::open && session.status != domain::session_status::running) {
      note(record.key, "open, though the session has ended");
    }
    if (record.status != domain::round_status::committed) {
      continue;
    }
    if (record.key.round != last + 1 || record.parent != head) {
      note(record.key, "I-3: does not follow its predecessor");
    }
    last = record.key.round;
    head = record.model.value_or(domain::model_id{});
    if (record.contributions.size() < session.options.min_clients) {
      note(record.key, "committed without its quorum");
    }
    note(record.key, wrong_lists(record));
    note(record.key, wrong_model(of.disk(), record));
    for (const auto& one : record.contributions) {
      counted[record.key].insert(one.client);
    }
  }
  if (last > session.options.rounds ||
      (session.status == domain::session_status::finished && last < session.options.rounds)) {
    text +=
        std::to_string(last) + " rounds were committed, " + std::to_string(session.options.rounds) + " were wanted\n";
  }
  std::uint64_t number = 0;
  for (const auto& record : of.disk().records->rounds()) {
    if (record.number != ++number) { // a gap: some attempt's record was written over
      note(record.key, "has number " + std::to_string(record.number) + " instead of " + std::to_string(number));
      break;
    }
  }
  if (session.head != head || session.rounds_committed != last) {
    text += "I-3: the session's head is not its last committed round\n";
  }
  for (const auto& one : of.receipts()) {
    const bool is_claimed = one.what.kind == domain::task_kind::train &&
                            one.what.verdict == domain::receipt_verdict::counted && one.round.session == which;
    if (is_claimed && !counted[one.round].contains(one.client)) {
      note(one.round, one.client.value() + " was told that it counted, but is not listed");
    }
  }
  return text;
}

} // namespace fedloom::simulation
