#pragma once
#include "messages/domain/record.hpp"

#include <algorithm>
#include <vector>

/// The orders that reads promise where the keys do not give them. Ties stay in the order of the keys.
namespace fedloom::storage {

inline std::vector<domain::session_record> by_creation(std::vector<domain::session_record> records) {
  std::ranges::stable_sort(records, {}, &domain::session_record::created_at);
  return records;
}

inline std::vector<domain::round_record> by_number(std::vector<domain::round_record> records) {
  std::ranges::stable_sort(records, {}, &domain::round_record::number);
  return records;
}

inline std::vector<domain::model_record> by_commit(std::vector<domain::model_record> records) {
  std::ranges::stable_sort(records, {}, &domain::model_record::committed_at);
  return records;
}

inline std::uint64_t greatest_number(const std::vector<domain::round_record>& records, std::uint64_t so_far) {
  for (const auto& record : records) {
    so_far = std::max(so_far, record.number);
  }
  return so_far;
}

} // namespace fedloom::storage
