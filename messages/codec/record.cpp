#include "messages/codec/record.hpp"

#include "messages/codec/record_codec.hpp"

#include "messages/schema/record_generated.h"

#include <algorithm>

namespace fedloom::codec {

namespace {

constexpr const char* session_identifier = "FRSE";
constexpr const char* model_identifier = "FRMO";
constexpr const char* client_identifier = "FRCL";
constexpr const char* combiner_identifier = "FRCO";

static_assert(static_cast<int>(wire::SessionStatus::MAX) == static_cast<int>(domain::session_status::cancelled));
static_assert(static_cast<int>(wire::OptimizerRule::MAX) == static_cast<int>(domain::optimizer_rule::adagrad));
static_assert(static_cast<int>(wire::SelectionRule::MAX) == static_cast<int>(domain::selection_rule::resources));

offset<wire::OptimizerOptions> write_optimizer(builder& out, const domain::optimizer_options& what) {
  return wire::CreateOptimizerOptions(out, static_cast<wire::OptimizerRule>(what.rule), what.beta1, what.beta2,
                                      what.tau);
}

offset<wire::SelectionOptions> write_selection(builder& out, const domain::selection_options& what) {
  const auto clients = write_names(out, what.clients);
  return wire::CreateSelectionOptions(out, static_cast<wire::SelectionRule>(what.rule), what.fraction, clients);
}

offset<wire::EarlyStop> write_early_stop(builder& out, const domain::early_stop& what) {
  const auto metric = write_text(out, what.metric);
  return wire::CreateEarlyStop(out, metric, what.target.has_value(), what.target.value_or(0.0), what.window,
                               what.threshold);
}

// Each is absent in records that were written before there was a choice: its defaults.

domain::optimizer_options read_optimizer(const wire::OptimizerOptions* from, complaint& wrong) {
  if (from == nullptr) {
    return {};
  }
  return {.rule = read_choice<domain::optimizer_rule>(from->rule(), "optimizer rule", wrong),
          .beta1 = from->beta1(),
          .beta2 = from->beta2(),
          .tau = from->tau()};
}

domain::selection_options read_selection(const wire::SelectionOptions* from, complaint& wrong) {
  if (from == nullptr) {
    return {};
  }
  return {.rule = read_choice<domain::selection_rule>(from->rule(), "selection rule", wrong),
          .fraction = from->fraction(),
          .clients = read_rows<domain::client_id>(
              from->clients(), [](const wire_text& name) { return domain::client_id{read_text(&name)}; })};
}

domain::early_stop read_early_stop(const wire::EarlyStop* from) {
  if (from == nullptr) {
    return {};
  }
  return {.metric = read_text(from->metric()),
          .target = from->has_target() ? std::optional(from->target()) : std::nullopt,
          .window = from->window(),
          .threshold = from->threshold()};
}

std::optional<domain::best_model> read_best(const wire::BestModel* from) {
  if (from == nullptr) {
    return std::nullopt;
  }
  return domain::best_model{read_id(from->model()), from->round(), from->value()};
}

offset<wire::SessionOptions> write_options(builder& out, const domain::session_options& what) {
  const auto prefix = write_text(out, what.model_name_prefix);
  const auto timeout = static_cast<std::uint64_t>(std::max<std::int64_t>(what.round_timeout.count(), 0));
  const auto optimizer = write_optimizer(out, what.optimizer);
  const auto selection = write_selection(out, what.selection);
  const auto stop_early = write_early_stop(out, what.stop_early);
  const auto settings = write_text(out, what.client_settings);
  const auto helper = write_text(out, what.helper);
  return wire::CreateSessionOptions(
      out, what.rounds, what.requested_clients, what.round_buffer_size, what.min_clients, timeout, what.round_attempts,
      what.validate, static_cast<wire::Weighting>(what.weights), what.server_learning_rate, prefix, what.over_selection,
      static_cast<wire::LateRule>(what.late_updates), what.max_staleness, what.staleness_exponent, optimizer, selection,
      stop_early, what.proximal_mu, settings, helper, !what.delete_models);
}

domain::session_options read_options(const wire::SessionOptions& from, complaint& wrong) {
  constexpr auto longest = static_cast<std::uint64_t>(domain::milliseconds::max().count());
  return {.rounds = from.rounds(),
          .requested_clients = from.requested_clients(),
          .round_buffer_size = from.round_buffer_size(),
          .min_clients = from.min_clients(),
          .round_timeout = domain::milliseconds{std::min(from.round_timeout_ms(), longest)},
          .round_attempts = from.round_attempts(),
          .validate = from.validate(),
          .weights = read_choice<domain::weighting>(from.weights(), "weighting", wrong),
          .server_learning_rate = from.server_learning_rate(),
          .model_name_prefix = read_text(from.model_name_prefix()),
          .over_selection = from.over_selection(),
          .late_updates = from.late_updates() == wire::LateRule{} // written before there was a choice
                              ? domain::late_rule::drop
                              : read_choice<domain::late_rule>(from.late_updates(), "late rule", wrong),
          .max_staleness = from.max_staleness(),
          .staleness_exponent = from.staleness_exponent(),
          .optimizer = read_optimizer(from.optimizer(), wrong),
          .selection = read_selection(from.selection(), wrong),
          .stop_early = read_early_stop(from.stop_early()),
          .proximal_mu = from.proximal_mu(),
          .client_settings = read_text(from.client_settings()),
          .helper = read_text(from.helper()),
          .delete_models = !from.keep_models()};
}

domain::session_record read_session(const wire::SessionRecord& from, complaint& wrong) {
  return {.session = domain::session_id{read_text(from.session())},
          .name = read_text(from.name()),
          .status = read_choice<domain::session_status>(from.status(), "session status", wrong),
          .reason = read_error(from.reason(), no_bounds),
          .options = read_options(*from.options(), wrong),
          .seed = read_id(from.seed()),
          .head = read_id(from.head()),
          .rounds_committed = from.rounds_committed(),
          .created_at = read_date(from.created_at_ms()),
          .updated_at = read_date(from.updated_at_ms()),
          .package = read_package(from.package(), wrong),
          .optimizer_state = read_optional<domain::model_id>(from.optimizer_state()),
          .best = read_best(from.best())};
}

domain::model_record read_model(const wire::ModelRecord& from, complaint&) {
  return {.model = read_id(from.model()),
          .parent = read_optional<domain::model_id>(from.parent()),
          .session = domain::session_id{read_text(from.session())},
          .round = from.round(),
          .name = read_text(from.name()),
          .stream_bytes = from.stream_bytes(),
          .committed_at = read_date(from.committed_at_ms())};
}

domain::client_record read_client_record(const wire::ClientRecord& from, complaint&) {
  return {.client = domain::client_id{read_text(from.client())},
          .name = read_text(from.name()),
          .combiner = domain::combiner_id{read_text(from.combiner())},
          .preferred_combiner = domain::combiner_id{read_text(from.preferred_combiner())},
          .resume = read_id(from.resume()),
          .max_examples = from.max_examples(),
          .joined_at = read_date(from.joined_at_ms()),
          .machine = read_machine(from.machine())};
}

domain::combiner_record read_combiner_record(const wire::CombinerRecord& from, complaint&) {
  return {.combiner = domain::combiner_id{read_text(from.combiner())},
          .endpoint = read_text(from.endpoint()),
          .max_clients = from.max_clients(),
          .joined_at = read_date(from.joined_at_ms())};
}

} // namespace

std::vector<std::byte> encode(const domain::session_record& record) {
  builder out;
  const auto session = out.CreateString(record.session.value());
  const auto name = write_text(out, record.name);
  const auto reason = write_error_if_any(out, record.reason, no_bounds);
  const auto options = write_options(out, record.options);
  const auto seed = to_wire(record.seed);
  const auto head = to_wire(record.head);
  const auto package = write_package(out, record.package);
  const auto state = to_wire(record.optimizer_state.value_or(domain::model_id{}));
  offset<wire::BestModel> best;
  if (record.best) {
    const auto model = to_wire(record.best->model);
    best = wire::CreateBestModel(out, &model, record.best->round, record.best->value);
  }
  out.Finish(wire::CreateSessionRecord(out, session, name, static_cast<wire::SessionStatus>(record.status), reason,
                                       options, &seed, &head, record.rounds_committed, to_wire(record.created_at),
                                       to_wire(record.updated_at), package, record.optimizer_state ? &state : nullptr,
                                       best),
             session_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::model_record& record) {
  builder out;
  const auto session = write_text(out, record.session.value());
  const auto name = write_text(out, record.name);
  const auto model = to_wire(record.model);
  const auto parent = to_wire(record.parent.value_or(domain::model_id{}));
  out.Finish(wire::CreateModelRecord(out, &model, record.parent ? &parent : nullptr, session, record.round, name,
                                     record.stream_bytes, to_wire(record.committed_at)),
             model_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::client_record& record) {
  builder out;
  const auto client = out.CreateString(record.client.value());
  const auto name = write_text(out, record.name);
  const auto combiner = write_text(out, record.combiner.value());
  const auto preferred = write_text(out, record.preferred_combiner.value());
  const auto resume = to_wire(record.resume);
  const auto machine = write_machine(out, record.machine);
  out.Finish(wire::CreateClientRecord(out, client, name, combiner, preferred, &resume, record.max_examples,
                                      to_wire(record.joined_at), machine),
             client_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::combiner_record& record) {
  builder out;
  const auto combiner = out.CreateString(record.combiner.value());
  const auto endpoint = write_text(out, record.endpoint);
  out.Finish(wire::CreateCombinerRecord(out, combiner, endpoint, record.max_clients, to_wire(record.joined_at)),
             combiner_identifier);
  return bytes_of(out);
}

domain::expected<domain::session_record> decode_session(domain::byte_span bytes) {
  return decode_record<domain::session_record, wire::SessionRecord>(bytes, session_identifier, "session", read_session);
}

domain::expected<domain::model_record> decode_model(domain::byte_span bytes) {
  return decode_record<domain::model_record, wire::ModelRecord>(bytes, model_identifier, "model", read_model);
}

domain::expected<domain::client_record> decode_client(domain::byte_span bytes) {
  return decode_record<domain::client_record, wire::ClientRecord>(bytes, client_identifier, "client",
                                                                  read_client_record);
}

domain::expected<domain::combiner_record> decode_combiner(domain::byte_span bytes) {
  return decode_record<domain::combiner_record, wire::CombinerRecord>(bytes, combiner_identifier, "combiner",
                                                                      read_combiner_record);
}

} // namespace fedloom::codec
