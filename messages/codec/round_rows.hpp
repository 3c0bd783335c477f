#pragma once
#include "messages/codec/fields.hpp"
#include "messages/domain/record.hpp"

namespace fedloom::wire {
struct PartRecord;
}

/// The rows of a collection as they stand in records: unbounded, for they were bounded when they came in.
namespace fedloom::codec {

offset<wire_list<wire::Contribution>> write_contributions(builder& out, const std::vector<domain::contribution>& rows);
offset<wire_list<wire::ContributionFailure>> write_failures(builder& out,
                                                            const std::vector<domain::contribution_failure>& rows);
offset<wire_list<wire::PartRecord>> write_parts(builder& out, const std::vector<domain::part_record>& rows);

/// Absent: none.
std::vector<domain::contribution> read_contributions(const wire_list<wire::Contribution>* list);
std::vector<domain::contribution_failure> read_failures(const wire_list<wire::ContributionFailure>* list);
std::vector<domain::part_record> read_parts(const wire_list<wire::PartRecord>* list);

} // namespace fedloom::codec
