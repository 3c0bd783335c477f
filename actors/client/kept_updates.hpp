#pragma once
#include "actors/client/work.hpp"
#include "actors/transfer/sender_machine.hpp"

#include <map>
#include <optional>

namespace fedloom::client {

/// The updates that a client holds until a receipt says that they may go (I-5), each by its key. Pure; bounded.
///
///   kept --accepted--> kept --counted--> gone
///     | not_needed, cancelled, out_of_range         | rejected
///     v                                             +--> gone
///   spare --the next attempt asks for the same round from the same model--> kept, under its key
///     | a later round of the session begins
///     +--> gone
class kept_updates {
public:
  explicit kept_updates(const task_limits& limits) : limits_(limits) {}

  /// The combiner welcomed us: everything that is kept is offered to it.
  work::effects attached(domain::instant now);
  void detached() noexcept { attached_ = false; }

  /// A new one, or one that a former process kept; `what.transfer` is new and grows with every update, hence tells
  /// their age. Older ones that find no room any more give way: first what is spare, then the oldest.
  work::effects keep(domain::instant now, const domain::round_key& round, domain::offer what,
                     domain::shared_bytes stream, chunk_digests digests);
  /// Offers what answers this task to train. False: there is no such update, it has to be trained.
  bool answer(domain::instant now, const domain::round_key& round, const domain::task& asked, work::effects& out);
  work::effects received(const domain::round_key& round, const domain::receipt& what);
  /// The combiner takes no answer under this key any more.
  void set_aside(const domain::round_key& round);
  /// The combiner takes an upload: `Message` is a grant or a credit.
  template <class Message>
  work::effects send_chunks(domain::instant now, const Message& what) {
    work::effects out;
    for (auto& [round, one] : held_) {
      if (one.what.transfer == what.transfer && !one.is_spare) {
        one.offer_again(now, limits_.longest_offer_pause); // it has heard us, and has its own timer
        for (auto& part : one.sender.step(what)) {
          out.emplace_back(work::send{round, part.what, std::move(part.payload)});
        }
      }
    }
    return out;
  }

  /// Offers again what found no answer.
  work::effects tick(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  /// Without those that are spare.
  std::size_t kept() const noexcept;
  std::size_t held() const noexcept { return held_.size(); }

private:
  struct held_update {
    domain::offer what;
    transfer::sender_machine sender;
    bool is_accepted = false;
    bool is_spare = false;
    domain::milliseconds pause{0}; ///< between the last offer and the next
    domain::instant due{};         ///< the next offer

    bool waits_for_answer() const noexcept { return !is_accepted && !is_spare; }
    void offer_again(domain::instant now, domain::milliseconds in) {
      pause = in;
      due = now + in;
    }
  };
  using held_updates = std::map<domain::round_key, held_update>;

  void offer(domain::instant now, const domain::round_key& round, held_update& one, work::effects& out);
  held_updates::iterator reusable_for(const domain::round_key& round, const domain::model_id& parent);
  void forget_spares_before(const domain::round_key& round, work::effects& out);
  void make_room(work::effects& out);
  held_updates::iterator drop(held_updates::iterator at, work::effects& out);

  task_limits limits_;
  bool attached_ = false;
  held_updates held_;
};

} // namespace fedloom::client
