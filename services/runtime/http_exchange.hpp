#pragma once
#include "services/runtime/http_message.hpp"
#include "services/runtime/request_body.hpp"

#include <stop_token>

struct mg_connection;

/// One request and its answer on a civetweb connection. Only for http_server.cpp.
namespace fedloom::runtime {

/// Everything but the body and the path's parameters.
/// Whether the connection stays open behind the answer that is written next; unless this says so, it does not.
void keep_open(mg_connection* connection, bool stays_open);

http_request read_head(mg_connection* connection);
/// Reads the body by the rule; says "100 Continue" first to a sender that waits for it.
domain::expected<void> receive_body(mg_connection* connection, const body_rule& rule, http_request& request);
/// `with_body` false: the headers alone, as for HEAD.
void write_answer(mg_connection* connection, const http_response& answer, bool with_body);

/// Server-sent events on a connection. The first send writes the head.
class connection_events final : public event_stream {
public:
  connection_events(mg_connection* connection, std::stop_token ending)
      : connection_(connection), ending_(std::move(ending)) {}

  /// Writes the head; false: the reader has gone.
  bool begin();
  bool send(std::string_view event, std::string_view data) override;
  bool keep_alive() override;
  std::stop_token ending() const override { return ending_; }

private:
  bool write(const std::string& text);

  mg_connection* connection_;
  std::stop_token ending_;
  bool gone_ = false;
};

} // namespace fedloom::runtime
