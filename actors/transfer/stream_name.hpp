#pragma once
#include "messages/domain/message.hpp"

#include <optional>
#include <string>
#include <variant>

namespace fedloom::transfer {

/// What bulk bytes are asked for by: a model, or a package's archive. Either name is a hash of the bytes, so that who
/// received them can tell whether they are what was asked for (I-2).
using stream_name = std::variant<domain::model_id, domain::package_digest>;

/// "model <hex>" or "package <hex>", for people.
std::string to_string(const stream_name& name);

/// get_model or get_package, as those see it who serve both alike.
struct stream_request {
  stream_name what;
  domain::transfer_id transfer;
  std::uint32_t from_chunk = 0;
  std::uint32_t credit = 0;

  stream_request(stream_name name, const domain::grant& from)
      : what(std::move(name)), transfer(from.transfer), from_chunk(from.from_chunk), credit(from.credit) {}
  stream_request(const domain::get_model& asked)
      : what(asked.model), transfer(asked.transfer), from_chunk(asked.from_chunk), credit(asked.credit) {}
  stream_request(const domain::get_package& asked)
      : what(asked.package), transfer(asked.transfer), from_chunk(asked.from_chunk), credit(asked.credit) {}

  /// The message that asks for it.
  domain::body message() const;
};

/// None: the message asks for no stream.
std::optional<stream_request> request_in(const domain::body& what);

} // namespace fedloom::transfer
