// The end of a collection: frozen into a partial, handed over, closed with the last receipts.
#include "actors/combiner/collection_machine.hpp"

#include <algorithm>

namespace fedloom::combiner {

using namespace collection;
using domain::errc;
using domain::receipt_verdict;

effects collection_machine::close(domain::instant now, closing why) {
  if (stage_ == stage::frozen) {
    return told_again();
  }
  if (stage_ == stage::freezing) {
    return {};
  }
  if (why == closing::ended && is_open() && misses_accepted() && (!close_at_ || now < *close_at_)) { // I-5
    close_at_ = close_at_.value_or(std::min(deadline_, now + limits_.second_chance));
    if (now < *close_at_) {
      return {};
    }
  }
  close_at_.reset();
  effects out;
  const bool has_sum = plan_.kind == domain::task_kind::train && stage_ == stage::collecting;
  const bool may_go_on = why == closing::draining || carries_late();
  const domain::error reason = why == closing::draining
                                   ? domain::error{errc::draining, "its combiner is about to end"}
                                   : domain::error{errc::late, "had not answered when the collection was closed"};
  for (auto& [client, at] : answers_) {
    const bool is_at_work = at.at == phase::asked || at.at == phase::offered || at.at == phase::uploading;
    if (is_at_work && !may_go_on) {
      out.emplace_back(send{client, at.about, domain::cancel_task{plan_.kind}, {}});
    }
    const bool is_in_the_sum = has_sum && (at.at == phase::checking || at.at == phase::journalling);
    if (!is_in_the_sum && at.at != phase::accepted) {
      if (at.at != phase::failed) {
        fail(client, at, reason);
      }
      release(client, at);
    }
  }
  waiting_.clear();
  held_.clear();
  report_due_ = false;
  last_report_ = now;
  stage_ = stage::freezing;
  if (has_sum) {
    out.emplace_back(freeze{});
  } else {
    auto told = frozen({}, {});
    out.insert(out.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
  }
  return out;
}

effects collection_machine::close_if_due(domain::instant now) {
  const bool is_due = close_at_ && (now >= *close_at_ || !misses_accepted());
  return is_due ? close(now) : effects{};
}

bool collection_machine::misses_accepted() const {
  return std::ranges::any_of(
      answers_, [](const auto& entry) { return entry.second.was_accepted && !has_answered(entry.second); });
}

effects collection_machine::frozen(domain::shared_bytes sum, domain::digest sum_digest) {
  if (stage_ != stage::freezing || sum_) {
    return {};
  }
  // The lease is unique over the controller's life, so it can name the transfer of this part's sum as well.
  sum_.emplace(domain::transfer_id{plan_.lease.value()}, std::move(sum));
  sum_digest_ = sum_digest;
  return finish_if_ready();
}

effects collection_machine::finish_if_ready() {
  if (stage_ != stage::freezing || !sum_ || count(phase::journalling) > 0) {
    return {};
  }
  stage_ = stage::frozen;
  if (count(phase::accepted) == 0 || plan_.kind != domain::task_kind::train) {
    sum_.emplace(sum_->transfer(), domain::shared_bytes{});
    sum_digest_ = {};
  }
  return told_again();
}

effects collection_machine::granted(const domain::grant& what) {
  effects out;
  if (stage_ == stage::frozen) {
    for (auto& part : sum_->step(what)) {
      out.emplace_back(report{part.what, std::move(part.payload)});
    }
  }
  return out;
}

effects collection_machine::credited(const domain::credit& what) {
  effects out;
  if (stage_ == stage::frozen) {
    for (auto& part : sum_->step(what)) {
      out.emplace_back(report{part.what, std::move(part.payload)});
    }
  }
  return out;
}

effects collection_machine::closed(bool counted, const std::function<bool(const domain::update_key&)>& another_place) {
  effects out;
  const auto in_the_part = accepted();
  const auto still_at_work = late();
  for (auto& [client, at] : answers_) {
    release(client, at);
    const domain::update_key key{at.about, client};
    const bool goes_on_elsewhere = at.at == phase::failed && at.failure.reason.code == errc::draining;
    if (still_at_work.contains(key) || goes_on_elsewhere || (another_place && another_place(key))) {
      continue; // it hears when the next plan is here, or from its next combiner
    }
    const bool is_in = counted && in_the_part.contains(key);
    send_receipt(client, at.about, is_in ? receipt_verdict::counted : receipt_verdict::not_needed, {}, out);
  }
  return out;
}

std::optional<domain::transfer_id> collection_machine::sum_transfer() const {
  return stage_ == stage::frozen ? std::optional{sum_->transfer()} : std::nullopt;
}

std::set<domain::update_key> collection_machine::accepted() const {
  std::set<domain::update_key> keys;
  for (const auto& [client, at] : answers_) {
    // A part that counts without having been frozen in this life was taken from the former one.
    if (stage_ == stage::frozen ? at.at == phase::accepted : at.was_accepted) {
      keys.insert({at.about, client});
    }
  }
  return keys;
}

/// The last round of a session has a patience of 1 ms: it says in which unit weights are, but no round follows that
/// could carry anybody.
bool collection_machine::carries_late() const {
  return plan_.late_patience > domain::milliseconds{1};
}

std::set<domain::update_key> collection_machine::late() const {
  std::set<domain::update_key> keys;
  for (const auto& [client, at] : answers_) {
    if (carries_late() && at.at == phase::failed && at.failure.reason.code == errc::late) {
      keys.insert({at.about, client});
    }
  }
  return keys;
}

domain::partial collection_machine::make_partial() const {
  domain::partial part;
  part.lease = plan_.lease;
  part.bytes_received = received_;
  part.bytes_sent = sent_;
  part.transfer = sum_->transfer();
  part.sum_bytes = sum_->stream().size();
  part.sum_digest = sum_digest_;
  std::map<domain::model_id, std::uint64_t> by_parent;
  for (const auto& [client, at] : answers_) {
    if (at.at == phase::accepted) {
      part.contributions.push_back(at.contribution);
      part.weight += at.contribution.weight;
      by_parent[at.parent] += at.contribution.weight;
    } else if (at.at == phase::failed) {
      part.failures.push_back(at.failure);
    }
  }
  const bool is_all_from_this_model = by_parent.empty() || (by_parent.size() == 1 && by_parent.contains(plan_.model));
  if (!is_all_from_this_model && plan_.kind == domain::task_kind::train) {
    for (const auto& [model, weight] : by_parent) {
      part.parents.push_back({model, weight});
    }
  }
  return part;
}

} // namespace fedloom::combiner
