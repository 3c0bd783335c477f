#include "tests/messages/samples.hpp"

#include <limits>

namespace fedloom::test {

using namespace domain;

namespace {

const lease_id lease{0xfedcba9876543210};
const transfer_id transfer{77};
const error wrong{errc::wrong_shape, "tensor 2 is 3x4, the model's is 3x5"};
const std::vector<metric> metrics{{"loss", 0.31}, {"accuracy", std::numeric_limits<double>::infinity()}};

const package_ref package{id_from<package_digest>(20), 654321, "untrusted comment: x\nRWQ="};
const machine_claim machine{16, std::uint64_t{1} << 35, "bubblewrap", "1.2.3"};
const std::string settings = R"({"learning_rate": 0.1})";

std::vector<body> registration() {
  return {
      combiner_hello{combiner_id{"combiner-1"}, "tcp://10.0.0.5:12080", 500},
      combiner_welcome{milliseconds{1100}, milliseconds{3300}},
      join{client_id{"hospital_7"}, "St. Mary\xc3\xa9", combiner_id{"combiner-2"}, id_from<token>(1), 4096,
           combiner_id{"combiner-3"}, machine},
      placement{combiner_id{"combiner-1"}, "tcp://10.0.0.5:12080", id_from<token>(2), id_from<token>(3), package},
      refused{{errc::unavailable, "no combiner is connected"}, milliseconds{1500}},
      expect_client{client_id{"hospital_7"}, id_from<token>(2), 4096, milliseconds{30000}},
      client_hello{client_id{"hospital_7"}, id_from<token>(2)},
      client_welcome{milliseconds{900}, milliseconds{2700}},
      heartbeat{std::numeric_limits<std::uint64_t>::max()},
      roster_changed{true, sample_clients(3), {client_id{"gone.1"}}},
      goodbye{"draining"},
  };
}

std::vector<body> round() {
  const contribution good{client_id{"hospital_7"}, 120, 121, id_from<digest>(9), metrics, 2, 1, milliseconds{1500},
                          R"({"loss": 0.3})"};
  const contribution_failure bad{client_id{"hospital_8"}, {errc::out_of_range, "tensor 0"}, -4};
  return {
      round_plan{lease,
                 task_kind::validate,
                 id_from<model_id>(5),
                 std::uint64_t{1} << 33,
                 milliseconds{180000},
                 weighting::uniform,
                 {28, 5000, {-3, 0, 12}},
                 sample_clients(4),
                 milliseconds{60000},
                 {{client_id{"late.1"}, 2, 1, id_from<model_id>(4), 724}},
                 package,
                 settings},
      plan_declined{lease, {errc::busy, "out of memory"}},
      progress{lease, 3, 2, 1},
      close_collection{lease},
      partial{lease, 120, transfer, 800, id_from<digest>(8), 9000, 9001, {good}, {bad}, {{id_from<model_id>(4), 120}}},
      round_closed{lease, true},
      task{task_kind::predict, id_from<model_id>(5), 1234, milliseconds{60000}, package, settings},
      cancel_task{task_kind::validate},
      offer{transfer, id_from<model_id>(5), id_from<digest>(9), 1234, 121, metrics},
      validation{40, metrics, task_kind::predict},
      task_failed{task_kind::validate, {errc::entry_point_failed, "exit code 3\nKeyError: 'x'"}},
      receipt{task_kind::validate, receipt_verdict::rejected, wrong},
  };
}

std::vector<body> bulk() {
  return {
      get_model{id_from<model_id>(5), transfer, 3, 8},
      grant{transfer, 4, 9},
      credit{transfer, 5},
      chunk{transfer, 6, id_from<digest>(7)},
      abort_transfer{transfer, {errc::cancelled, "the session was stopped"}},
      draining{"the node is being replaced"},
      get_package{id_from<package_digest>(5), transfer, 3, 8},
  };
}

} // namespace

message message_with(body what) {
  return {{term{12}, {sample_session, 3, 2}, 0xabcdef, 0x123456789abcdef0}, std::move(what), {}};
}

std::vector<message> sample_messages() {
  std::vector<message> all;
  for (const auto& dialog : {registration(), round(), bulk()}) {
    for (const auto& what : dialog) {
      all.push_back(message_with(what));
      if (std::holds_alternative<chunk>(what) || std::holds_alternative<task>(what)) {
        all.back().payload = shared_bytes::copy_of("raw bytes of a chunk or a small model");
      }
    }
  }
  return all;
}

std::vector<client_id> sample_clients(std::size_t count) {
  std::vector<client_id> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back("client-" + std::to_string(i));
  }
  return clients;
}

session_record sample_session_record() {
  session_record record;
  record.session = sample_session;
  record.name = "mnist";
  record.status = session_status::failed;
  record.reason = {errc::quorum_missed, "round 3 got 1 of 2 updates"};
  record.options = {7,
                    20,
                    15,
                    2,
                    milliseconds{90000},
                    3,
                    false,
                    weighting::uniform,
                    0.5,
                    "model-",
                    0.3,
                    late_rule::buffered,
                    4,
                    0.75,
                    {optimizer_rule::yogi, 0.8, 0.95, 1e-3},
                    {selection_rule::performance, 0.5, sample_clients(2)},
                    {"f1", 0.9, 5, 0.001},
                    0.1,
                    settings,
                    "numpyhelper",
                    false};
  record.seed = id_from<model_id>(1);
  record.head = id_from<model_id>(2);
  record.rounds_committed = 2;
  record.created_at = timestamp{milliseconds{1'700'000'000'123}};
  record.updated_at = timestamp{milliseconds{1'700'000'000'456}};
  record.package = package;
  record.optimizer_state = id_from<model_id>(7);
  record.best = best_model{id_from<model_id>(6), 1, 0.87};
  return record;
}

round_record sample_round_record() {
  const auto clients = sample_clients(5);
  round_record record;
  record.key = {sample_session, 3, 2};
  record.number = 41;
  record.status = round_status::committed;
  record.reason = {errc::combiner_lost, "combiner-2"};
  record.parent = id_from<model_id>(2);
  record.model = id_from<model_id>(3);
  record.scales = {27, 5000, {1, -2, 3}};
  record.parts = {{lease, combiner_id{"combiner-1"}, clients},
                  {lease_id{2}, combiner_id{"combiner-2"}, {}, {{clients[4], 2, 1, id_from<model_id>(1), 700}}}};
  record.contributions = {{clients[0], 10, 11, id_from<digest>(4), metrics}, {clients[1], 20, 20, {}, {}}};
  record.failures = {{clients[2], {errc::client_lost, "lease ended"}, 0}, {clients[3], {}, 9}};
  record.weight = 30;
  record.validations = {{clients[4], 1, 0, {}, metrics}};
  record.validation_failures = {{clients[1], {errc::no_output, "no metrics"}, 0}};
  record.bytes_up = 1000;
  record.bytes_down = 2000;
  record.decision = 5;
  record.policy_revision = 6;
  record.opened_at = timestamp{milliseconds{1'700'000'000'000}};
  record.closed_at = timestamp{milliseconds{1'700'000'009'000}};
  record.choices = {{clients[0], "random", 0.5}, {clients[1], "performance: rank 2 of 9", 0.25}};
  return record;
}

model_record sample_model_record() {
  return {id_from<model_id>(3),
          id_from<model_id>(2),
          sample_session,
          3,
          "model-3",
          123456,
          timestamp{milliseconds{1'700'000'009'001}}};
}

client_record sample_client_record() {
  return {client_id{"hospital_7"},
          "St. Mary",
          combiner_id{"combiner-1"},
          combiner_id{"combiner-2"},
          id_from<token>(6),
          4096,
          timestamp{milliseconds{1'700'000'000'001}},
          machine};
}

combiner_record sample_combiner_record() {
  return {combiner_id{"combiner-1"}, "tcp://10.0.0.5:12080", 500, timestamp{milliseconds{1'700'000'000'002}}};
}

package_record sample_package_record() {
  return {package_id{"6f1c"},
          "mnist",
          "a package",
          "package.tgz",
          "numpyhelper",
          package,
          timestamp{milliseconds{1'700'000'000'003}}};
}

active_record sample_active_record() {
  return {package_id{"6f1c"}, "binaryhelper"};
}

run_record sample_run_record() {
  return {run_id{"run"},
          sample_session,
          id_from<model_id>(1),
          id_from<model_id>(2),
          milliseconds{90000},
          7,
          timestamp{milliseconds{4}},
          timestamp{milliseconds{5}}};
}

prediction_record sample_prediction_record() {
  const auto clients = sample_clients(2);
  return {prediction_id{"prediction"},
          sample_session,
          id_from<model_id>(1),
          prediction_status::failed,
          wrong,
          {{lease, combiner_id{"combiner-1"}, clients, {}}},
          {{clients[0], 1, 0, {}, metrics, 0, 0, milliseconds{20}, "[1, 2]"}},
          {{clients[1], {errc::no_output, "nothing"}, 0}},
          timestamp{milliseconds{6}},
          timestamp{milliseconds{7}}};
}

attribute_record sample_attribute_record() {
  return {8, client_id{"hospital_7"}, "site", "Uppsala", timestamp{milliseconds{9}}};
}

measurement_record sample_measurement_record() {
  return {10, client_id{"hospital_7"},    "loss", 0.25, {sample_session, 3, 2}, id_from<model_id>(1),
          11, timestamp{milliseconds{12}}};
}

answer_record sample_answer_record() {
  return {"key-1", "POST /api/v1/sessions 1234", 201, R"({"session_id": "x"})", timestamp{milliseconds{13}}};
}

journalled_plan sample_journalled_plan() {
  for (const auto& what : round()) {
    if (const auto* plan = std::get_if<round_plan>(&what)) {
      return {{sample_session, 3, 2}, *plan};
    }
  }
  return {};
}

journalled_answer sample_journalled_answer() {
  return {lease, {client_id{"hospital_7"}, 120, 121, id_from<digest>(9), metrics, 2, 1}};
}

journalled_end sample_journalled_end() {
  return {lease, {sample_session, 3, 2}, true};
}

kept_update sample_kept_update() {
  return {{sample_session, 3, 2}, {transfer, id_from<model_id>(5), id_from<digest>(9), 1234, 121, metrics}};
}

} // namespace fedloom::test
