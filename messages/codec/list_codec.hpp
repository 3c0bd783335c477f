#pragma once
#include "messages/codec/fields.hpp"
#include "messages/domain/bytes.hpp"
#include "messages/domain/message.hpp"

namespace fedloom::wire {
struct PlanLists;
}

/// The lists of the three messages that may outgrow a frame. They travel as the payload, in a FlatBuffer of their own;
/// no payload means that all of a message's lists are empty.
namespace fedloom::codec {

/// Longest list, in entries, and largest payload that holds lists; above them: too_large.
inline constexpr std::size_t max_list_entries = 65536;
inline constexpr std::size_t max_list_bytes = std::size_t{8} << 20;

domain::expected<std::vector<std::byte>> write_lists(const domain::round_plan& what);
domain::expected<std::vector<std::byte>> write_lists(const domain::partial& what);
domain::expected<std::vector<std::byte>> write_lists(const domain::roster_changed& what);

/// Error texts and metrics are cut so that the whole stays in max_list_bytes for 10,000 clients: 1 MiB for all texts
/// and 200,000 metrics, divided evenly.
void read_lists(domain::byte_span payload, domain::round_plan& into, complaint& wrong);
void read_lists(domain::byte_span payload, domain::partial& into, complaint& wrong);
void read_lists(domain::byte_span payload, domain::roster_changed& into, complaint& wrong);

/// A plan's lists as a table of their own, for messages and for the journal; the caller bounds them.
offset<wire::PlanLists> write_plan_lists(builder& out, const domain::round_plan& what);
void read_plan_lists(const wire::PlanLists& from, domain::round_plan& into, complaint& wrong);

} // namespace fedloom::codec
