#include "messages/codec/round_rows.hpp"

#include "messages/codec/record_codec.hpp"

#include "messages/schema/record_generated.h"

namespace fedloom::codec {

offset<wire_list<wire::Contribution>> write_contributions(builder& out, const std::vector<domain::contribution>& rows) {
  return write_rows<wire::Contribution>(
      out, rows, [](builder& to, const domain::contribution& row) { return write_contribution(to, row, no_bounds); });
}

offset<wire_list<wire::ContributionFailure>> write_failures(builder& out,
                                                            const std::vector<domain::contribution_failure>& rows) {
  return write_rows<wire::ContributionFailure>(out, rows, [](builder& to, const domain::contribution_failure& row) {
    return write_failure(to, row, no_bounds);
  });
}

offset<wire_list<wire::PartRecord>> write_parts(builder& out, const std::vector<domain::part_record>& rows) {
  return write_rows<wire::PartRecord>(out, rows, [](builder& to, const domain::part_record& part) {
    const auto combiner = to.CreateString(part.combiner.value());
    const auto cohort = write_names(to, part.cohort);
    return wire::CreatePartRecord(to, part.lease.value(), combiner, cohort, write_carried(to, part.carried));
  });
}

std::vector<domain::contribution> read_contributions(const wire_list<wire::Contribution>* list) {
  return read_rows<domain::contribution>(
      list, [](const wire::Contribution& row) { return read_contribution(row, no_bounds); });
}

std::vector<domain::contribution_failure> read_failures(const wire_list<wire::ContributionFailure>* list) {
  return read_rows<domain::contribution_failure>(
      list, [](const wire::ContributionFailure& row) { return read_failure(row, no_bounds); });
}

std::vector<domain::part_record> read_parts(const wire_list<wire::PartRecord>* list) {
  return read_rows<domain::part_record>(list, [](const wire::PartRecord& from) {
    return domain::part_record{
        .lease = domain::lease_id{from.lease()},
        .combiner = domain::combiner_id{read_text(from.combiner())},
        .cohort = read_rows<domain::client_id>(
            from.cohort(), [](const wire_text& name) { return domain::client_id{read_text(&name)}; }),
        .carried = read_rows<domain::carried_client>(from.carried(), read_carried)};
  });
}

} // namespace fedloom::codec
