#include "actors/kernel/supervision_machine.hpp"

#include <algorithm>
#include <cassert>
#include <ranges>

namespace fedloom::kernel {

supervision_machine::supervision_machine(strategy restarts, budget_limits budget, backoff_limits backoff,
                                         const std::vector<supervised>& children)
    : restarts_(restarts), budget_(budget, backoff) {
  for (const auto& child : children) {
    slots_.push_back({child, phase::down, {}, {}});
  }
}

supervision::effects supervision_machine::start(domain::instant now) {
  for (auto& child : slots_) {
    child.start_at = now;
  }
  return proceed(now);
}

supervision::effects supervision_machine::died(std::size_t child, bool normally, domain::instant now) {
  assert(child < slots_.size());
  auto& dead = slots_[child];
  const bool unexpected = dead.at == phase::up;
  dead.at = phase::down;
  dead.kill_at.reset();
  if (unexpected && must_restart(dead, normally)) {
    const auto answer = budget_.spend(now);
    if (answer.granted) {
      plan_restart(child, now + answer.pause);
    } else {
      end({true, child});
    }
  }
  return proceed(now);
}

supervision::effects supervision_machine::stop(domain::instant now) {
  end({false, 0});
  return proceed(now);
}

supervision::effects supervision_machine::tick(domain::instant now) {
  supervision::effects out;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].kill_at && *slots_[i].kill_at <= now) {
      slots_[i].kill_at.reset();
      out.push_back(supervision::kill{i});
    }
  }
  std::ranges::move(proceed(now), std::back_inserter(out));
  return out;
}

std::optional<domain::instant> supervision_machine::next_wake() const {
  std::optional<domain::instant> next;
  const auto consider = [&next](const std::optional<domain::instant>& when) {
    if (when && (!next || *when < *next)) {
      next = when;
    }
  };
  // While one is being stopped, its death goes on with the work: no start is due before it.
  const bool stopping = any_at(phase::stopping);
  for (const auto& child : slots_) {
    consider(child.kill_at);
    if (!stopping) {
      consider(child.start_at);
    }
  }
  return next;
}

bool supervision_machine::must_restart(const slot& dead, bool normally) const {
  switch (dead.rule.restart) {
  case restart_kind::permanent:
    return true;
  case restart_kind::transient:
    return !normally;
  case restart_kind::temporary:
    return false;
  }
  return true;
}

/// A temporary sibling is stopped with the others and does not come back; a transient one that had quit does.
void supervision_machine::plan_restart(std::size_t dead, domain::instant when) {
  const auto first = restarts_ == strategy::one_for_all ? 0 : dead;
  const auto last = restarts_ == strategy::one_for_one ? dead + 1 : slots_.size();
  for (auto i = first; i < last; ++i) {
    auto& child = slots_[i];
    if (child.at == phase::up) {
      child.at = phase::condemned;
    }
    if (child.rule.restart != restart_kind::temporary) {
      child.start_at = std::max(child.start_at.value_or(when), when);
    }
  }
}

void supervision_machine::end(supervision::finish how) {
  if (ending_) {
    return;
  }
  ending_ = how;
  for (auto& child : slots_) {
    child.start_at.reset();
    if (child.at == phase::up) {
      child.at = phase::condemned;
    }
  }
}

supervision::effects supervision_machine::proceed(domain::instant now) {
  if (any_at(phase::stopping)) {
    return {};
  }
  for (std::size_t i = slots_.size(); i-- > 0;) {
    auto& child = slots_[i];
    if (child.at == phase::condemned) {
      child.at = phase::stopping;
      if (child.rule.patience) {
        child.kill_at = now + *child.rule.patience;
      }
      return {supervision::stop{i}};
    }
  }
  supervision::effects out;
  if (ending_) {
    if (!finished_) {
      finished_ = true;
      out.push_back(*ending_);
    }
    return out;
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto& child = slots_[i];
    if (child.start_at && *child.start_at <= now) {
      child.start_at.reset();
      child.at = phase::up;
      out.push_back(supervision::start{i});
    }
  }
  return out;
}

bool supervision_machine::any_at(phase wanted) const {
  return std::ranges::any_of(slots_, [wanted](const slot& child) { return child.at == wanted; });
}

} // namespace fedloom::kernel
