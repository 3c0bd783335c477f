#pragma once
#include "messages/domain/record.hpp"

/// What becomes of updates that come after their round was closed. Pure functions.
namespace fedloom::controller {

/// True iff the session lets late updates count.
bool admits_late(const domain::session_options& options);

/// What an update weighs that is so many rounds late, in units of 1 / full_discount: 1 / (1 + rounds)^exponent,
/// rounded, but never nothing.
std::uint32_t discount_for(std::uint32_t rounds, double exponent);

/// Whose updates are still to come after this attempt, under which keys: those who were at work when it was closed and,
/// if it failed, those whose late updates it had taken in, for they count nowhere yet. Their discounts are left open.
std::vector<domain::carried_client> unanswered(const domain::round_record& ended);

/// Those who may be carried into this round, with their discounts; the others are too late by then.
std::vector<domain::carried_client> carried_into(std::uint32_t round, const domain::session_options& options,
                                                 std::vector<domain::carried_client> late);

/// How long a client may go on with this round's task after its deadline. 1 ms in the last round, into which nothing
/// follows: weights are in the same unit in all rounds and parts of a session that admits late updates, and a patience
/// of 0 would change it.
domain::milliseconds patience_for(std::uint32_t round, const domain::session_options& options);

/// What the sum is divided by; 0 for its weight. A buffered round divides by what its updates would have weighed in
/// time: old news moves the model less.
std::uint64_t divisor_for(const domain::round_record& settled, const domain::session_options& options);

} // namespace fedloom::controller
