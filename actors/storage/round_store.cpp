#include "actors/storage/round_store.hpp"

#include "actors/storage/record_keys.hpp"
#include "messages/codec/entity.hpp"
#include "messages/codec/record.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace fedloom::storage {

using domain::expected;

namespace {

template <record_kind Kind, auto Decode>
struct described {
  static constexpr auto kind = Kind;
  static constexpr auto decode = Decode;
};

template <class Record>
struct kind_of;
template <>
struct kind_of<domain::session_record> : described<record_kind::session, codec::decode_session> {};
template <>
struct kind_of<domain::round_record> : described<record_kind::round, codec::decode_round> {};
template <>
struct kind_of<domain::model_record> : described<record_kind::model, codec::decode_model> {};
template <>
struct kind_of<domain::client_record> : described<record_kind::client, codec::decode_client> {};
template <>
struct kind_of<domain::combiner_record> : described<record_kind::combiner, codec::decode_combiner> {};
template <>
struct kind_of<domain::package_record> : described<record_kind::package, codec::decode_package> {};
template <>
struct kind_of<domain::active_record> : described<record_kind::active, codec::decode_active> {};
template <>
struct kind_of<domain::run_record> : described<record_kind::run, codec::decode_run> {};
template <>
struct kind_of<domain::prediction_record> : described<record_kind::prediction, codec::decode_prediction> {};
template <>
struct kind_of<domain::attribute_record> : described<record_kind::attribute, codec::decode_attribute> {};
template <>
struct kind_of<domain::measurement_record> : described<record_kind::measurement, codec::decode_measurement> {};
template <>
struct kind_of<domain::answer_record> : described<record_kind::answer, codec::decode_answer> {};

constexpr std::array words{"session", "round", "model",      "client",    "combiner",    "package",
                           "active",  "run",   "prediction", "attribute", "measurement", "answer"};

template <class Record>
Record decoded(domain::byte_span bytes) {
  auto record = kind_of<Record>::decode(bytes);
  if (!record) {
    throw std::runtime_error("the store: " + record.error().text + "; restore the folder from a backup");
  }
  return std::move(*record);
}

template <class Record>
expected<Record> found(const expected<std::string>& bytes, const std::string& name) {
  if (bytes) {
    return decoded<Record>(domain::as_bytes(*bytes));
  }
  if (bytes.error().code != domain::errc::not_found) {
    throw std::runtime_error(bytes.error().text);
  }
  return domain::failure(domain::errc::not_found,
                         std::string{"no "} + words.at(static_cast<std::size_t>(kind_of<Record>::kind)) + ' ' + name);
}

template <class Record>
expected<Record> find_in(const record_tables& tables, const std::string& key, const std::string& name) {
  return found<Record>(tables.get(kind_of<Record>::kind, key), name);
}

template <class Record>
auto collector(std::vector<Record>& into) {
  return [&into](domain::byte_span value) {
    into.push_back(decoded<Record>(value));
    return true;
  };
}

template <class Record>
std::vector<Record> scanned(const record_tables& tables, const std::string& prefix) {
  std::vector<Record> records;
  tables.scan(kind_of<Record>::kind, prefix, collector(records));
  return records;
}

template <class Record>
std::vector<Record> second(const record_tables& tables, const std::string& key) {
  std::vector<Record> records;
  tables.visit_second(kind_of<Record>::kind, key, collector(records));
  return records;
}

/// The order of lists for records that were read by key: to read all of them so is faster than one by one.
template <class Record>
std::vector<Record> in_order(std::vector<Record> records) {
  std::ranges::stable_sort(records, {}, [](const Record& one) { return order_of(one); });
  return records;
}

} // namespace

bool batch::empty() const {
  return sessions.empty() && rounds.empty() && models.empty() && clients.empty() && combiners.empty() &&
         packages.empty() && !active && runs.empty() && predictions.empty() && attributes.empty() &&
         measurements.empty() && answers.empty() && erased_clients.empty() && erased_combiners.empty();
}

template <class Record>
void record_list<Record>::visit(const record_tables& in, const visit_range& which,
                                const std::function<bool(Record&&)>& with) {
  in.visit(kind_of<Record>::kind, which, [&](domain::byte_span value) { return with(decoded<Record>(value)); });
}

template <class Record>
std::vector<Record> record_list<Record>::page(const record_tables& in, const visit_range& which) {
  std::vector<Record> records;
  in.visit(kind_of<Record>::kind, which, collector(records));
  return records;
}

template <class Record>
std::size_t record_list<Record>::count(const record_tables& in) {
  return in.count(kind_of<Record>::kind);
}

template struct record_list<domain::session_record>;
template struct record_list<domain::round_record>;
template struct record_list<domain::model_record>;
template struct record_list<domain::client_record>;
template struct record_list<domain::combiner_record>;
template struct record_list<domain::package_record>;
template struct record_list<domain::run_record>;
template struct record_list<domain::prediction_record>;
template struct record_list<domain::attribute_record>;
template struct record_list<domain::measurement_record>;
template struct record_list<domain::answer_record>;

expected<domain::session_record> round_store::find(const domain::session_id& id) const {
  return find_in<domain::session_record>(tables(), id.value(), id.value());
}
expected<domain::client_record> round_store::find(const domain::client_id& id) const {
  return find_in<domain::client_record>(tables(), id.value(), id.value());
}
expected<domain::combiner_record> round_store::find(const domain::combiner_id& id) const {
  return find_in<domain::combiner_record>(tables(), id.value(), id.value());
}
expected<domain::package_record> round_store::find(const domain::package_id& id) const {
  return find_in<domain::package_record>(tables(), id.value(), id.value());
}
expected<domain::run_record> round_store::find(const domain::run_id& id) const {
  return find_in<domain::run_record>(tables(), id.value(), id.value());
}
expected<domain::prediction_record> round_store::find(const domain::prediction_id& id) const {
  return find_in<domain::prediction_record>(tables(), id.value(), id.value());
}
expected<domain::answer_record> round_store::answer(const std::string& key) const {
  return find_in<domain::answer_record>(tables(), key, key);
}
expected<domain::attribute_record> round_store::attribute(std::uint64_t number) const {
  return find_in<domain::attribute_record>(tables(), encode_counter(number), std::to_string(number));
}
expected<domain::measurement_record> round_store::measurement(std::uint64_t number) const {
  return find_in<domain::measurement_record>(tables(), encode_counter(number), std::to_string(number));
}
expected<domain::round_record> round_store::round(const domain::round_key& key) const {
  return find_in<domain::round_record>(tables(), key_of(key), to_string(key));
}
expected<domain::round_record> round_store::round(std::uint64_t number) const {
  return found<domain::round_record>(tables().numbered(record_kind::round, number), std::to_string(number));
}
expected<domain::model_record> round_store::find(const domain::model_id& id) const {
  expected<domain::model_record> first = domain::failure(domain::errc::not_found, "no model " + to_hex(id));
  tables().visit_second(record_kind::model, second_key_of(id), [&](domain::byte_span value) {
    first = decoded<domain::model_record>(value);
    return false;
  });
  return first;
}

std::vector<domain::session_record> round_store::sessions() const {
  return in_order(scanned<domain::session_record>(tables(), ""));
}
std::vector<domain::round_record> round_store::rounds() const {
  return in_order(scanned<domain::round_record>(tables(), ""));
}
std::vector<domain::round_record> round_store::rounds_of(const domain::session_id& id) const {
  return scanned<domain::round_record>(tables(), round_prefix(id));
}
std::vector<domain::model_record> round_store::models() const {
  return in_order(scanned<domain::model_record>(tables(), ""));
}
std::vector<domain::model_record> round_store::models_of(const domain::session_id& id) const {
  return scanned<domain::model_record>(tables(), round_prefix(id));
}
std::vector<domain::model_record> round_store::nodes_of(const domain::model_id& id) const {
  return second<domain::model_record>(tables(), second_key_of(id));
}
std::vector<domain::client_record> round_store::clients() const {
  return scanned<domain::client_record>(tables(), "");
}
std::vector<domain::combiner_record> round_store::combiners() const {
  return scanned<domain::combiner_record>(tables(), "");
}
std::vector<domain::run_record> round_store::runs_of(const domain::session_id& id) const {
  return second<domain::run_record>(tables(), round_prefix(id));
}
std::vector<domain::attribute_record> round_store::attributes_of(const domain::client_id& id) const {
  std::vector<domain::attribute_record> records;
  tables().scan(record_kind::current_attribute, attribute_prefix(id), collector(records));
  return records;
}
domain::active_record round_store::active() const {
  return find_in<domain::active_record>(tables(), active_key, "").value_or(domain::active_record{});
}
std::uint64_t round_store::last_round_number() const {
  return tables().last_number(record_kind::round);
}

} // namespace fedloom::storage
