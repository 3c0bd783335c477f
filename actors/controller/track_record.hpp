#pragma once
#include "messages/domain/record.hpp"

#include <map>
#include <optional>

namespace fedloom::controller {

/// What was observed of clients in the rounds that they were asked in, whatever session those were of. Newer rounds
/// count more: each takes the place of a quarter of what was known.
class track_record {
public:
  struct observed {
    double answers = 0;                      ///< share of its tasks that it answered usefully, 0 to 1
    std::optional<double> milliseconds = {}; ///< from its task to its whole answer; none: it never answered
    std::uint64_t last_asked = 0;            ///< in this one of the rounds that were noted
  };

  /// An attempt that has ended. Who was asked and could not answer for a combiner's or the controller's sake is not
  /// blamed. In the order of the rounds' numbers.
  void note(const domain::round_record& ended);
  /// None: it has not been asked, or not within the last rounds_remembered rounds.
  const observed* find(const domain::client_id& client) const;

  static constexpr std::uint64_t rounds_remembered = 100;
  static constexpr std::size_t clients_most = 200'000; ///< beyond them new ones stay unknown

private:
  observed* seen_now(const domain::client_id& client, bool& is_new);

  std::uint64_t rounds_ = 0;
  std::map<domain::client_id, observed> clients_;
};

} // namespace fedloom::controller
