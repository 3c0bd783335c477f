#pragma once
#include "actors/transport/gateway.hpp"
#include "messages/codec/frame.hpp"

#include <mutex>
#include <variant>
#include <vector>

namespace fedloom::transport {

/// What other threads ask of the gateway's thread.
struct dial_command {
  peer_id peer;
  std::string endpoint;
};
struct hang_up_command {
  peer_id peer;
};
struct send_command {
  peer_id to;
  codec::wire_message what;
};
struct identify_command {
  peer_id peer;
  std::string identity;
};
using command = std::variant<dial_command, hang_up_command, send_command, identify_command>;

/// Commands on their way to the gateway's thread, in order, with an eventfd that is written only when the first one
/// comes.
class command_queue {
public:
  command_queue();
  ~command_queue();
  command_queue(const command_queue&) = delete;
  command_queue& operator=(const command_queue&) = delete;

  /// Any thread. False: `bound` commands wait already; only a send can be refused.
  [[nodiscard]] bool push_send(send_command what, std::size_t bound);
  void push(command what);
  /// Any thread: nothing more will come.
  void close();

  /// Readable when there is something to take.
  int wake_fd() const noexcept { return wake_; }
  struct batch {
    std::vector<command> commands;
    bool closed = false;
  };
  /// The gateway's thread, after wake_fd became readable.
  batch take();

private:
  void add(command what);
  void wake();

  int wake_;
  std::mutex mutex_;
  std::vector<command> waiting_;
  bool closed_ = false;
};

} // namespace fedloom::transport
