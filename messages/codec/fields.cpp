#include "messages/codec/fields.hpp"

#include "messages/codec/text.hpp"

#include "messages/schema/registration_generated.h"
#include "messages/schema/round_generated.h"

#include <limits>
#include <tuple>

namespace fedloom::codec {

namespace {

static_assert(static_cast<int>(wire::Errc::MAX) == static_cast<int>(domain::errc::environment_failed));
static_assert(static_cast<int>(wire::TaskKind::MAX) == static_cast<int>(domain::task_kind::predict));
static_assert(static_cast<int>(wire::Weighting::MAX) == static_cast<int>(domain::weighting::uniform));
static_assert(static_cast<int>(wire::ReceiptVerdict::MAX) == static_cast<int>(domain::receipt_verdict::rejected));

template <class Wire, class Id>
Wire wire_bytes(const Id& id) {
  constexpr auto size = std::tuple_size_v<typename Id::value_type>;
  return Wire{flatbuffers::span<const std::uint8_t, size>(id.value().data(), size)};
}

template <class Id, class Wire>
Id domain_bytes(const Wire* from) {
  typename Id::value_type bytes{};
  if (from != nullptr) {
    std::copy_n(from->bytes()->Data(), bytes.size(), bytes.begin());
  }
  return Id{bytes};
}

std::string read_name(const wire_text* text, std::string_view what, complaint& wrong) {
  const auto name = view_of(text);
  if (!domain::valid_name(name)) {
    wrong.say(domain::errc::malformed, "not a " + std::string(what) + " id: \"" + head_of(name, 64) + "\"");
    return {};
  }
  return std::string(name);
}

} // namespace

std::string_view view_of(const wire_text* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text->c_str(), text->size()};
}

offset<wire_text> write_text(builder& out, std::string_view text) {
  return text.empty() ? offset<wire_text>{} : out.CreateString(text.data(), text.size());
}

offset<wire_list<wire_text>> write_names(builder& out, const std::vector<domain::client_id>& names) {
  std::vector<offset<wire_text>> rows;
  rows.reserve(names.size());
  for (const auto& name : names) {
    rows.push_back(out.CreateString(name.value()));
  }
  return rows.empty() ? offset<wire_list<wire_text>>{} : out.CreateVector(rows);
}

domain::client_id read_client(const wire_text* text, complaint& wrong) {
  return domain::client_id{read_name(text, "client", wrong)};
}

domain::combiner_id read_combiner(const wire_text* text, complaint& wrong) {
  return domain::combiner_id{read_name(text, "combiner", wrong)};
}

domain::combiner_id read_combiner_or_none(const wire_text* text, complaint& wrong) {
  return view_of(text).empty() ? domain::combiner_id{} : read_combiner(text, wrong);
}

domain::session_id read_session_or_none(const wire_text* text, complaint& wrong) {
  const auto session = view_of(text);
  if (!session.empty() && !domain::valid_uuid(session)) {
    wrong.say(domain::errc::malformed, "not a session id: \"" + head_of(session, 64) + "\"");
    return {};
  }
  return domain::session_id{std::string(session)};
}

std::string read_endpoint(const wire_text* text, complaint& wrong) {
  const auto endpoint = view_of(text);
  if (!std::all_of(endpoint.begin(), endpoint.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    wrong.say(domain::errc::malformed, "an endpoint is printable ASCII");
    return {};
  }
  return std::string(endpoint);
}

wire::ModelId to_wire(const domain::model_id& id) {
  return wire_bytes<wire::ModelId>(id);
}
wire::Digest to_wire(const domain::digest& value) {
  return wire_bytes<wire::Digest>(value);
}
wire::PackageDigest to_wire(const domain::package_digest& value) {
  return wire_bytes<wire::PackageDigest>(value);
}
wire::Token to_wire(const domain::token& value) {
  return wire_bytes<wire::Token>(value);
}
domain::model_id read_id(const wire::ModelId* id) {
  return domain_bytes<domain::model_id>(id);
}
domain::digest read_id(const wire::Digest* value) {
  return domain_bytes<domain::digest>(value);
}
domain::package_digest read_id(const wire::PackageDigest* value) {
  return domain_bytes<domain::package_digest>(value);
}
domain::token read_id(const wire::Token* value) {
  return domain_bytes<domain::token>(value);
}

std::uint32_t to_wire(domain::milliseconds duration) {
  constexpr domain::milliseconds::rep longest = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<domain::milliseconds::rep>(duration.count(), 0, longest));
}

offset<wire::Error> write_error(builder& out, const domain::error& what, const bounds& limits) {
  const auto text = write_text(out, tail_of(what.text, limits.error_text_bytes));
  return wire::CreateError(out, static_cast<wire::Errc>(what.code), text);
}

offset<wire::Error> write_error_if_any(builder& out, const domain::error& what, const bounds& limits) {
  return what == domain::error{} ? offset<wire::Error>{} : write_error(out, what, limits);
}

domain::error read_error(const wire::Error* what, const bounds& limits) {
  if (what == nullptr) {
    return {};
  }
  const bool known = what->code() <= wire::Errc::MAX;
  return {known ? static_cast<domain::errc>(what->code()) : domain::errc::unsupported,
          tail_of(view_of(what->text()), limits.error_text_bytes)};
}

offset<wire_list<wire::Metric>> write_metrics(builder& out, const std::vector<domain::metric>& metrics,
                                              const bounds& limits) {
  std::vector<offset<wire::Metric>> rows;
  for (const auto& metric : metrics) {
    if (rows.size() == limits.metrics) {
      break;
    }
    // Thousands of clients report the same few names: they stand once in the buffer.
    const auto name = out.CreateSharedString(head_of(metric.name, limits.metric_name_bytes));
    rows.push_back(wire::CreateMetric(out, name, metric.value));
  }
  return rows.empty() ? offset<wire_list<wire::Metric>>{} : out.CreateVector(rows);
}

std::vector<domain::metric> read_metrics(const wire_list<wire::Metric>* metrics, const bounds& limits) {
  std::vector<domain::metric> kept;
  if (metrics == nullptr) {
    return kept;
  }
  for (const auto* metric : *metrics) {
    if (kept.size() == limits.metrics) {
      break;
    }
    auto name = head_of(view_of(metric->name()), limits.metric_name_bytes);
    if (!name.empty()) {
      kept.push_back({std::move(name), metric->value()});
    }
  }
  return kept;
}

offset<wire::Contribution> write_contribution(builder& out, const domain::contribution& what, const bounds& limits) {
  const auto client = out.CreateString(what.client.value());
  const auto metrics = write_metrics(out, what.metrics, limits);
  const auto content = to_wire(what.content);
  const auto output = write_text(out, what.output);
  return wire::CreateContribution(out, client, what.weight, what.example_count, &content, metrics, what.from_round,
                                  what.from_attempt, to_wire(what.took), output);
}

domain::contribution read_contribution(const wire::Contribution& what, const bounds& limits) {
  return {.client = domain::client_id{std::string(view_of(what.client()))},
          .weight = what.weight(),
          .example_count = what.example_count(),
          .content = read_id(what.content()),
          .metrics = read_metrics(what.metrics(), limits),
          .from_round = what.from_round(),
          .from_attempt = what.from_attempt(),
          .took = domain::milliseconds{what.took_ms()},
          .output = std::string(view_of(what.output()))};
}

offset<wire::ContributionFailure> write_failure(builder& out, const domain::contribution_failure& what,
                                                const bounds& limits) {
  const auto client = out.CreateString(what.client.value());
  const auto reason = write_error_if_any(out, what.reason, limits);
  return wire::CreateContributionFailure(out, client, reason, what.needed_exponent);
}

domain::contribution_failure read_failure(const wire::ContributionFailure& what, const bounds& limits) {
  return {.client = domain::client_id{std::string(view_of(what.client()))},
          .reason = read_error(what.reason(), limits),
          .needed_exponent = what.needed_exponent()};
}

offset<wire::PackageRef> write_package(builder& out, const domain::package_ref& what) {
  if (what == domain::package_ref{}) {
    return {};
  }
  const auto content = to_wire(what.content);
  const auto signature = write_text(out, what.signature);
  return wire::CreatePackageRef(out, &content, what.bytes, signature);
}

domain::package_ref read_package(const wire::PackageRef* what, complaint& wrong) {
  if (what == nullptr) {
    return {};
  }
  const auto signature = view_of(what->signature());
  if (signature.size() > domain::package_signature_bytes) {
    wrong.say(domain::errc::too_large, "a signature of " + std::to_string(signature.size()) + " bytes");
    return {};
  }
  return {.content = read_id(what->content()), .bytes = what->bytes(), .signature = std::string(signature)};
}

offset<wire::MachineClaim> write_machine(builder& out, const domain::machine_claim& what) {
  if (what == domain::machine_claim{}) {
    return {};
  }
  const auto sandbox = write_text(out, head_of(what.sandbox, machine_text_bytes));
  const auto version = write_text(out, head_of(what.version, machine_text_bytes));
  return wire::CreateMachineClaim(out, what.cpu_cores, what.memory_bytes, sandbox, version);
}

domain::machine_claim read_machine(const wire::MachineClaim* what) {
  if (what == nullptr) {
    return {};
  }
  return {.cpu_cores = what->cpu_cores(),
          .memory_bytes = what->memory_bytes(),
          .sandbox = head_of(view_of(what->sandbox()), machine_text_bytes),
          .version = head_of(view_of(what->version()), machine_text_bytes)};
}

offset<wire_list<wire::CarriedClient>> write_carried(builder& out, const std::vector<domain::carried_client>& rows) {
  std::vector<offset<wire::CarriedClient>> written;
  written.reserve(rows.size());
  for (const auto& row : rows) {
    const auto client = out.CreateString(row.client.value());
    const auto parent = to_wire(row.parent);
    written.push_back(wire::CreateCarriedClient(out, client, row.round, row.attempt, &parent, row.discount));
  }
  return written.empty() ? offset<wire_list<wire::CarriedClient>>{} : out.CreateVector(written);
}

domain::carried_client read_carried(const wire::CarriedClient& what) {
  return {.client = domain::client_id{std::string(view_of(what.client()))},
          .round = what.round(),
          .attempt = what.attempt(),
          .parent = read_id(what.parent()),
          .discount = what.discount()};
}

} // namespace fedloom::codec
