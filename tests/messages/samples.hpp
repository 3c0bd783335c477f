#pragma once
#include "messages/codec/frame.hpp"
#include "messages/domain/entity.hpp"
#include "messages/domain/journal.hpp"
#include "messages/domain/message.hpp"
#include "messages/domain/record.hpp"

#include <vector>

/// One of everything that can be said, no field at its default.
namespace fedloom::test {

/// A token, digest or model id with the bytes first, first + 1, ...
template <class Id>
Id id_from(std::uint8_t first) {
  typename Id::value_type bytes{};
  for (auto& byte : bytes) {
    byte = first++;
  }
  return Id{bytes};
}

inline const domain::session_id sample_session{"0b51fc53-0f8d-4c3a-9f6e-0d4a8e5f7b21"};

/// One message per alternative of domain::body, in its order.
std::vector<domain::message> sample_messages();
/// This body in a message without payload.
domain::message message_with(domain::body what);
/// `count` valid client ids.
std::vector<domain::client_id> sample_clients(std::size_t count);

domain::session_record sample_session_record();
domain::round_record sample_round_record();
domain::model_record sample_model_record();
domain::client_record sample_client_record();
domain::combiner_record sample_combiner_record();

domain::package_record sample_package_record();
domain::active_record sample_active_record();
domain::run_record sample_run_record();
domain::prediction_record sample_prediction_record();
domain::attribute_record sample_attribute_record();
domain::measurement_record sample_measurement_record();
domain::answer_record sample_answer_record();

domain::journalled_plan sample_journalled_plan();
domain::journalled_answer sample_journalled_answer();
domain::journalled_end sample_journalled_end();
domain::kept_update sample_kept_update();

} // namespace fedloom::test
