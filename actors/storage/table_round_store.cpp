#include "actors/storage/table_round_store.hpp"

#include "actors/storage/batch_writer.hpp"
#include "actors/storage/record_keys.hpp"

#include <stdexcept>

namespace fedloom::storage {

namespace {

constexpr const char* term_key = "term";

} // namespace

record_home home_of(record_kind kind) {
  if (kind <= record_kind::combiner) {
    return {static_cast<byte_family>(kind), {}};
  }
  return {byte_family::entities, std::string(1, static_cast<char>(kind))};
}

domain::expected<void> table_round_store::load() {
  try {
    index_.load();
  } catch (const std::runtime_error& damaged) {
    return domain::failure(domain::errc::storage_failed, damaged.what());
  }
  return {};
}

domain::expected<void> table_round_store::check_records() const {
  try {
    (void)sessions();
    (void)models();
    (void)clients();
    (void)combiners();
    (void)page<domain::package_record>({});
    (void)active();
  } catch (const std::runtime_error& damaged) {
    return domain::failure(domain::errc::storage_failed, damaged.what());
  }
  return {};
}

domain::expected<void> table_round_store::write(const batch& changes) {
  if (changes.empty()) {
    return {};
  }
  const std::lock_guard lock(writing_);
  batch_writer out(*bytes_, index_, limits_);
  try {
    out.add(changes);
  } catch (const std::runtime_error& damaged) {
    return domain::failure(domain::errc::storage_failed, damaged.what());
  }
  return bytes_->apply(out.changes()).map([&] { index_.take(out.steps()); });
}

domain::expected<domain::term> table_round_store::next_term() {
  const std::lock_guard lock(writing_);
  const auto written = bytes_->get(byte_family::meta, term_key);
  if (!written && written.error().code != domain::errc::not_found) {
    return tl::unexpected(written.error());
  }
  if (written && written->size() != sizeof(std::uint64_t)) {
    return domain::failure(domain::errc::storage_failed, "the store's term cannot be read; restore the folder");
  }
  const auto term = (written ? decode_counter(*written) : 0) + 1;
  return bytes_->apply({{byte_family::meta, term_key, encode_counter(term)}}).map([&] { return domain::term{term}; });
}

void table_round_store::visit(record_kind kind, const visit_range& which, const value_visitor& with) const {
  visit_keys(kind, index_.keys(kind, which), with);
}

void table_round_store::visit_second(record_kind kind, const std::string& second, const value_visitor& with) const {
  visit_keys(kind, index_.keys_with(kind, second), with);
}

void table_round_store::visit_keys(record_kind kind, const std::vector<std::string>& keys,
                                   const value_visitor& with) const {
  const auto home = home_of(kind);
  for (const auto& key : keys) {
    const auto value = bytes_->get(home.family, home.prefix + key);
    if (!value && value.error().code == domain::errc::not_found) {
      continue; // erased meanwhile
    }
    if (!value) {
      throw std::runtime_error(value.error().text);
    }
    if (!with(domain::as_bytes(*value))) {
      return;
    }
  }
}

void table_round_store::scan(record_kind kind, const std::string& prefix, const value_visitor& with) const {
  const auto home = home_of(kind);
  const auto whole = bytes_->scan(home.family, {.prefix = home.prefix + prefix},
                                  [&](std::string_view, domain::byte_span value) { return with(value); });
  if (!whole) {
    throw std::runtime_error(whole.error().text);
  }
}

domain::expected<std::string> table_round_store::get(record_kind kind, const std::string& key) const {
  const auto home = home_of(kind);
  return bytes_->get(home.family, home.prefix + key);
}

domain::expected<std::string> table_round_store::numbered(record_kind kind, std::uint64_t number) const {
  const auto keys = index_.keys_at(kind, number);
  return keys.empty() ? domain::failure(domain::errc::not_found, "no such record") : get(kind, keys.front());
}

} // namespace fedloom::storage
