#include "actors/storage/batch_writer.hpp"

#include "actors/storage/record_keys.hpp"
#include "messages/codec/entity.hpp"
#include "messages/codec/record.hpp"

#include <algorithm>
#include <stdexcept>

namespace fedloom::storage {

namespace {

template <class Record>
std::string encoded(const Record& record) {
  const auto bytes = codec::encode(record);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Record>
record_place place_of(const Record& record) {
  return {order_of(record), second_key_of(record)};
}

template <class T>
T or_throw(domain::expected<T> read) {
  if (!read) {
    throw std::runtime_error(read.error().text);
  }
  return std::move(*read);
}

} // namespace

void batch_writer::add(const batch& changes) {
  std::ranges::for_each(changes.erased_clients, [this](const auto& id) { erase_client(id); });
  std::ranges::for_each(changes.erased_combiners, [this](const auto& id) { erase(record_kind::combiner, id.value()); });
  put_all(record_kind::session, changes.sessions);
  put_all(record_kind::round, changes.rounds);
  put_all(record_kind::model, changes.models);
  put_all(record_kind::client, changes.clients);
  put_all(record_kind::combiner, changes.combiners);
  put_all(record_kind::package, changes.packages);
  put_all(record_kind::run, changes.runs);
  put_all(record_kind::prediction, changes.predictions);
  put_all(record_kind::answer, changes.answers);
  if (changes.active) {
    const auto home = home_of(record_kind::active);
    changes_.push_back({home.family, home.prefix + active_key, encoded(*changes.active)});
  }
  std::ranges::for_each(changes.attributes, [this](const auto& one) { put_attribute(one); });
  std::ranges::for_each(changes.measurements, [this](const auto& one) { put_measurement(one); });
  trim(record_kind::attribute, limits_.attributes);
  trim(record_kind::measurement, limits_.measurements);
  trim(record_kind::answer, limits_.answers);
}

template <class Record>
void batch_writer::put(record_kind kind, const Record& record) {
  const auto key = key_of(record);
  const auto home = home_of(kind);
  update_.put(kind, key, place_of(record));
  changes_.push_back({home.family, home.prefix + key, encoded(record)});
}

template <class Record>
void batch_writer::put_all(record_kind kind, const std::vector<Record>& records) {
  std::ranges::for_each(records, [&](const Record& record) { put(kind, record); });
}

std::uint64_t batch_writer::next_number(record_kind kind, std::uint64_t given) {
  auto& last = last_numbers_.try_emplace(kind, index_.last(kind)).first->second;
  const auto number = given == 0 ? last + 1 : given;
  last = std::max(last, number);
  return number;
}

void batch_writer::put_attribute(domain::attribute_record record) {
  record.number = next_number(record_kind::attribute, record.number);
  put(record_kind::attribute, record);
  const auto key = attribute_key(record.client, record.key);
  const auto home = home_of(record_kind::current_attribute);
  if (!current_.contains(key)) {
    const auto before = bytes_.get(home.family, home.prefix + key);
    if (!before && before.error().code != domain::errc::not_found) {
      throw std::runtime_error(before.error().text);
    }
    current_[key] = before ? or_throw(codec::decode_attribute(domain::as_bytes(*before))).number : 0;
  }
  if (record.number >= current_[key]) {
    current_[key] = record.number;
    changes_.push_back({home.family, home.prefix + key, encoded(record)});
  }
}

void batch_writer::put_measurement(domain::measurement_record record) {
  record.number = next_number(record_kind::measurement, record.number);
  const auto second = second_key_of(record);
  if (!second.empty()) {
    const auto home = home_of(record_kind::measurement);
    for (const auto& key : index_.keys_with(record_kind::measurement, second)) {
      const auto bytes = or_throw(bytes_.get(home.family, home.prefix + key));
      const auto older = or_throw(codec::decode_measurement(domain::as_bytes(bytes)));
      if (record.at - older.at <= limits_.machine_measurements) {
        break; // they came one after the other
      }
      erase(record_kind::measurement, key);
    }
  }
  put(record_kind::measurement, record);
}

void batch_writer::erase(record_kind kind, const std::string& key) {
  if (update_.erase(kind, key)) {
    const auto home = home_of(kind);
    changes_.push_back({home.family, home.prefix + key, std::nullopt});
  }
}

void batch_writer::erase_client(const domain::client_id& id) {
  erase(record_kind::client, id.value());
  const auto home = home_of(record_kind::current_attribute);
  const auto whole = bytes_.scan(home.family, {.prefix = home.prefix + attribute_prefix(id)},
                                 [&](std::string_view key, domain::byte_span) {
                                   changes_.push_back({home.family, std::string{key}, std::nullopt});
                                   return true;
                                 });
  if (!whole) {
    throw std::runtime_error(whole.error().text);
  }
}

void batch_writer::trim(record_kind kind, std::size_t limit) {
  const auto growth = update_.growth(kind);
  auto excess = static_cast<std::ptrdiff_t>(index_.count(kind)) + growth - static_cast<std::ptrdiff_t>(limit);
  if (growth <= 0 || excess <= 0) {
    return;
  }
  const auto take = static_cast<std::size_t>(excess) + update_.erased(kind);
  for (const auto& key : index_.keys(kind, {.take = take})) {
    const auto before = update_.erased(kind);
    erase(kind, key);
    excess -= static_cast<std::ptrdiff_t>(update_.erased(kind) - before);
    if (excess == 0) {
      return;
    }
  }
}

namespace {

template <class Record>
void index_all(const byte_store& in, record_kind kind, domain::expected<Record> (*decode)(domain::byte_span),
               std::vector<byte_change>& changes) {
  std::vector<std::pair<std::string, record_place>> found;
  const auto whole = in.scan(home_of(kind).family, {}, [&](std::string_view key, domain::byte_span value) {
    found.emplace_back(std::string{key}, place_of(or_throw(decode(value))));
    return true;
  });
  if (!whole) {
    throw std::runtime_error(whole.error().text);
  }
  index_update update(in, changes);
  for (const auto& [key, place] : found) {
    update.put(kind, key, place);
  }
}

} // namespace

std::vector<byte_change> index_of_all(const byte_store& in) {
  std::vector<byte_change> changes;
  index_all(in, record_kind::session, codec::decode_session, changes);
  index_all(in, record_kind::round, codec::decode_round, changes);
  index_all(in, record_kind::model, codec::decode_model, changes);
  index_all(in, record_kind::client, codec::decode_client, changes);
  index_all(in, record_kind::combiner, codec::decode_combiner, changes);
  return changes;
}

} // namespace fedloom::storage
