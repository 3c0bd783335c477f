#pragma once
#include "messages/domain/ids.hpp"
#include "messages/domain/round.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Ids of things that have no record of their own.
namespace fedloom::controller {

/// "17", and no other spelling of it.
std::optional<std::uint64_t> running_number(std::string_view text);

/// What one client did in one round: "17:train:ann". Or what it measured there: "17:train:ann:loss".
struct row_id {
  std::uint64_t round = 0; ///< round_record::number
  domain::task_kind kind = domain::task_kind::train;
  domain::client_id client;
  std::string key{}; ///< empty: not of one measurement
  bool operator==(const row_id&) const = default;
};
std::string to_string(const row_id& id);
std::optional<row_id> row_id_from(std::string_view text);

} // namespace fedloom::controller
