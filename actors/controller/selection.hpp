#pragma once
#include "actors/controller/registry_machine.hpp"
#include "actors/controller/track_record.hpp"

#include <random>

/// Whom of the eligible a round asks. Pure functions.
///
/// With f = the least time that any of the eligible was seen to need, and of each client a = the share of its tasks
/// that it answered, t = its time (track_record), cores and memory as its machine claims them:
///
///     random        everybody alike; score 0
///     performance   score = a * f / t
///     resources     score = (cores / most cores + memory / most memory) / 4 + a * f / t / 2
///
/// The best scores are asked; equal ones are drawn. A fifth of the places (of a single place: every fifth time, by
/// chance) explores: it goes to clients of whom nothing is known, or nothing recent, as long as there are such.
/// Otherwise nobody new would ever be asked, nor anybody who was bad once. They also fill places that
/// the known ones leave.
namespace fedloom::controller {

struct pick {
  available_client who;
  domain::client_choice why;
};

/// At most `places` of `from`, by client.
std::vector<pick> select(domain::selection_rule rule, std::vector<available_client> from, std::size_t places,
                         const track_record& seen, std::mt19937& random);

/// How many of so many eligible clients a round asks: requested_clients and over_selection, or `fraction` of the
/// eligible if that is less, but never fewer than min_clients.
std::size_t places_in(const domain::session_options& options, std::size_t eligible);

} // namespace fedloom::controller
