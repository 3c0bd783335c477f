#pragma once
#include "tests/actors/controller/round_fixture.hpp"

namespace fedloom::controller {

/// A session machine and the store that its `store` effects are applied to. Sessions begin from model m1; round r
/// commits model m(10 + r). Clients c1 and c2 stand at b1. Lease numbers count from L<first> on.
class session_machine_fixture : public testing::Test {
protected:
  using ms = domain::milliseconds;

  session_machine_fixture() { begin_anew(domain::term{1}); }

  /// A new life of the machine, from what is in the store.
  void begin_anew(domain::term term) {
    sut = std::make_unique<session_machine>(limits, policy, term, 1);
    sut->restore(store->sessions(), store->rounds(), store->page<domain::run_record>({}));
  }

  /// Applies what is stored, remembers leases and the last reply, and renders.
  std::string done(const session::effects& effects) {
    for (const auto& one : effects) {
      if (const auto* changes = std::get_if<session::store>(&one)) {
        EXPECT_TRUE(store->write(changes->changes));
      } else if (const auto* sent = std::get_if<session::send>(&one)) {
        if (const auto* plan = std::get_if<domain::round_plan>(&sent->what)) {
          (plan->kind == domain::task_kind::train ? last_plan : last_validation_plan) = *plan;
          plans[sent->to.value()] = plan->lease;
        }
      }
    }
    return rendered(render(effects));
  }
  /// Leases are numbered by a leap that tests must not depend on: the last train lease is T, the last validation's V.
  std::string rendered(std::string text) const {
    const auto name = [&](const domain::round_plan& plan, const std::string& as) {
      const auto number = "L" + std::to_string(plan.lease.value() & 0xFFFFFFFF);
      for (auto found = text.find(number); plan.lease.value() > 0 && found != std::string::npos;
           found = text.find(number)) {
        text.replace(found, number.size(), as);
      }
    };
    name(last_plan, "T");
    name(last_validation_plan, "V");
    return text;
  }

  static domain::session_options options(std::uint32_t rounds, bool validate = false) {
    domain::session_options wanted;
    wanted.rounds = rounds;
    wanted.validate = validate;
    wanted.min_clients = 2;
    wanted.round_timeout = ms{10000};
    return wanted;
  }
  std::string create(const std::string& name, const domain::session_options& wanted) {
    domain::session_record record;
    record.session = domain::session_id{name};
    record.options = wanted;
    record.seed = model_number(1);
    return done(sut->create(moment(), 1, record, true));
  }
  std::string begin(const std::string& name) { return done(sut->begin(moment(), 2, domain::session_id{name}, {})); }
  std::string change(const std::string& name, session_order what) {
    return done(sut->change(moment(), 3, domain::session_id{name}, what));
  }
  std::string stop(const std::string& name) { return change(name, session_order::stop); }
  std::string pause(const std::string& name) { return change(name, session_order::pause); }
  std::string resume(const std::string& name) { return change(name, session_order::resume); }
  std::string cancel(const std::string& name) { return change(name, session_order::cancel); }
  std::string loaded(std::uint8_t model) {
    return done(sut->loaded(moment(), model_number(model), head_model{model_number(model), 64, {0, 3}}));
  }
  std::string averaged(std::uint32_t round, std::uint32_t attempt = 1, const std::string& name = "s") {
    const auto model = model_number(static_cast<std::uint8_t>(10 + round));
    return done(sut->averaged(moment(), {domain::session_id{name}, round, attempt}, head_model{model, 64, {0, 3}}));
  }
  void fleet() {
    done(sut->combiner_up(moment(), domain::combiner_id{"b1"}));
    done(sut->client_up(moment(), client_at("c1", "b1")));
    done(sut->client_up(moment(), client_at("c2", "b1")));
  }
  template <class Message>
  std::string from(const std::string& combiner, const Message& what) {
    domain::message message;
    message.head.round = {domain::session_id{"s"}, 1, 1};
    message.what = what;
    return done(sut->received(moment(), domain::combiner_id{combiner}, message));
  }
  std::string progress(const domain::round_plan& of, std::uint32_t accepted, std::uint32_t pending = 0) {
    return from("b1", domain::progress{of.lease, accepted, 0, pending});
  }
  std::string partial(const domain::round_plan& of, const std::vector<std::string>& clients) {
    auto what = partial_of(of.lease.value(), clients);
    what.sum_bytes = of.kind == domain::task_kind::train ? what.sum_bytes : 0;
    return from("b1", what);
  }
  std::string merged() { return done(sut->sum_merged(moment(), last_plan.lease)); }
  /// Both clients answer the last plan, and the sum is merged.
  std::string collected() {
    progress(last_plan, 2);
    partial(last_plan, {"c1", "c2"});
    return merged();
  }
  std::string tick(ms since) {
    now = since;
    return done(sut->tick(moment()));
  }
  /// "s" runs with its first plan sent.
  void running(const domain::session_options& wanted) {
    create("s", wanted);
    begin("s");
    fleet();
    loaded(1);
  }
  domain::session_record session(const std::string& name = "s") const {
    return store->session(domain::session_id{name}).value();
  }
  domain::round_record last_round() const { return store->rounds().back(); }
  domain::moment moment() const { return moment_at(now); }

  struct gate_keeper final : domain::gate {
    std::optional<domain::gate_kind> denied;
    std::optional<std::pair<domain::gate_kind, ms>> deferred;
    domain::verdict decide(domain::gate_kind kind, const domain::facts&) override {
      domain::verdict answer;
      answer.answer = denied == kind ? domain::ruling::deny : domain::ruling::allow;
      if (deferred && deferred->first == kind) {
        answer.answer = domain::ruling::defer;
        answer.retry_after = deferred->second;
      }
      return answer;
    }
  };

  ms now{0};
  session_limits limits;
  gate_keeper policy;
  std::unique_ptr<storage::round_store> store = storage::make_memory_round_store();
  std::unique_ptr<session_machine> sut;
  domain::round_plan last_plan;
  std::map<std::string, domain::lease_id> plans; ///< the last one per combiner
  domain::round_plan last_validation_plan;
};

} // namespace fedloom::controller
