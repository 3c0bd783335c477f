#include "actors/http/client.hpp"

#include "actors/http/exchange.hpp"

namespace fedloom::http {

using domain::errc;
using domain::expected;

namespace {

class event_sink final : public body_sink {
public:
  explicit event_sink(const std::function<bool(const event&)>& take) : take_(take) {}

  expected<void> begin(const answer& head) override {
    head_ = head;
    return {};
  }
  expected<void> write(std::string_view bytes) override {
    had_enough_ = !parser_.feed(bytes, take_);
    return had_enough_ ? domain::failure(errc::cancelled, "heard enough") : expected<void>{};
  }

  bool had_enough() const { return had_enough_; }
  const answer& head() const { return head_; }

private:
  const std::function<bool(const event&)>& take_;
  event_parser parser_;
  answer head_;
  bool had_enough_ = false;
};

} // namespace

client::client(client_limits limits, std::stop_token stop) : limits_(limits), stop_(std::move(stop)) {}

expected<answer> client::send(const request& what) const {
  return exchange({what, limits_}, stop_);
}

expected<answer> client::listen(const request& what, const std::function<bool(const event&)>& take) const {
  event_sink sink(take);
  auto heard = exchange({what, limits_, &sink}, stop_);
  return sink.had_enough() ? sink.head() : heard;
}

} // namespace fedloom::http
