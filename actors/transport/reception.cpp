#include "actors/transport/reception.hpp"

#include "actors/kernel/logger.hpp"

namespace fedloom::transport {

namespace {

constexpr std::chrono::seconds log_pause{1};

} // namespace

std::optional<domain::message> reception::read(received what, const peer* from) {
  if (what.parts == 1 && what.frame.size() == 0) {
    return std::nullopt;
  }
  const auto bytes = what.frame.size() + what.payload.size();
  auto message = verify(std::move(what));
  if (!message) {
    refuse(message.error(), from);
    return std::nullopt;
  }
  counter_cells::add(counters_.frames_in);
  counter_cells::add(counters_.bytes_in, bytes);
  return std::move(*message);
}

domain::expected<domain::message> reception::verify(received what) const {
  if (what.parts == 0 || what.parts > 2) {
    return domain::failure(domain::errc::malformed, "a message of " + std::to_string(what.parts) + " parts");
  }
  if (what.frame.size() > limits_.frame_bytes) {
    return domain::failure(domain::errc::too_large, "a frame of " + std::to_string(what.frame.size()) + " bytes");
  }
  return codec::decode(what.frame.span(), zmq_part::keep(std::move(what.payload)));
}

void reception::refuse(const domain::error& reason, const peer* from) {
  counter_cells::add(counters_.frames_malformed);
  const auto now = std::chrono::steady_clock::now();
  if (logged_ && now - *logged_ < log_pause) {
    ++unlogged_;
    return;
  }
  logged_ = now;
  kernel::log(kernel::log_level::warn, "transport", "frame-malformed",
              {{"peer", from != nullptr ? from->id.value() : 0},
               {"identity", from != nullptr ? from->identity : std::string{}},
               {"reason", domain::to_string(reason)},
               {"unlogged_before", unlogged_}});
  unlogged_ = 0;
}

void reception::hand_over(peer& from, domain::message what, int source) {
  from.heard = std::chrono::steady_clock::now();
  if (!from.noticed || from.heard - *from.noticed >= limits_.liveness_notice) {
    from.noticed = from.heard;
    from.line.met(source);
    to_.notice({from.id, from.identity, peer_change::alive});
  }
  to_.deliver({from.id, from.identity, std::move(what)});
}

bool reception::look_at(peer& quiet) const {
  const auto now = std::chrono::steady_clock::now();
  const auto silence = now - quiet.heard;
  if (quiet.identity.empty() || silence < limits_.liveness_notice) {
    return false;
  }
  const auto ago = quiet.line.quiet_for();
  const bool is_speaking = ago && *ago <= limits_.liveness_notice && *ago + busy_look_pause() < silence;
  // A lease is renewed from now on, so bytes that came long ago must not count: who died after them is missed in time.
  if (is_speaking && *ago <= 2 * busy_look_pause()) {
    quiet.noticed = now;
    to_.notice({quiet.id, quiet.identity, peer_change::alive});
  }
  return is_speaking;
}

void reception::tell_gone(peer_id id, const std::string& identity) const {
  to_.notice({id, identity, peer_change::gone});
}

} // namespace fedloom::transport
