#pragma once
#include "messages/codec/fields.hpp"
#include "messages/codec/verification.hpp"

/// What the records of the store share. Ids are kept as they stand: they were checked when they came in, and a store
/// that refuses what it wrote would be lost.
namespace fedloom::codec {

inline std::string read_text(const wire_text* text) {
  return std::string(view_of(text));
}

template <class Id>
std::optional<Id> read_optional(const wire::ModelId* id) {
  return id == nullptr ? std::nullopt : std::optional<Id>(read_id(id));
}

inline domain::timestamp read_date(std::int64_t ms) {
  return domain::timestamp{domain::milliseconds{ms}};
}
inline std::int64_t to_wire(domain::timestamp date) {
  return date.time_since_epoch().count();
}

/// A vector of tables, one per element; absent when empty.
template <class Table, class Element, class Write>
offset<wire_list<Table>> write_rows(builder& out, const std::vector<Element>& elements, Write write) {
  std::vector<offset<Table>> rows;
  rows.reserve(elements.size());
  for (const auto& element : elements) {
    rows.push_back(write(out, element));
  }
  return rows.empty() ? offset<wire_list<Table>>{} : out.CreateVector(rows);
}

template <class Element, class List, class Read>
std::vector<Element> read_rows(const List* list, Read read) {
  std::vector<Element> elements;
  if (list != nullptr) {
    elements.reserve(list->size());
    for (const auto* row : *list) {
      elements.push_back(read(*row));
    }
  }
  return elements;
}

/// Runs `read` on the verified root; storage_failed, naming `kind`, when the bytes are no such record.
template <class Record, class Table, class Read>
domain::expected<Record> decode_record(domain::byte_span bytes, const char* identifier, std::string_view kind,
                                       Read read) {
  const aligned_bytes aligned(bytes);
  complaint wrong;
  if (const auto* root = aligned.root<Table>(identifier)) {
    Record record = read(*root, wrong);
    if (wrong.none()) {
      return record;
    }
  } else {
    wrong.say(domain::errc::malformed, "damaged");
  }
  return domain::failure(domain::errc::storage_failed, "not a " + std::string(kind) + " record: " + wrong.first().text);
}

} // namespace fedloom::codec
