#include "actors/transfer/stream_name.hpp"

namespace fedloom::transfer {

std::string to_string(const stream_name& name) {
  return std::visit(domain::overloaded{
                        [](const domain::model_id& model) { return "model " + to_hex(model); },
                        [](const domain::package_digest& package) { return "package " + to_hex(package); },
                    },
                    name);
}

domain::body stream_request::message() const {
  return std::visit(domain::overloaded{
                        [&](const domain::model_id& model) -> domain::body {
                          return domain::get_model{model, transfer, from_chunk, credit};
                        },
                        [&](const domain::package_digest& package) -> domain::body {
                          return domain::get_package{package, transfer, from_chunk, credit};
                        },
                    },
                    what);
}

std::optional<stream_request> request_in(const domain::body& what) {
  return std::visit(domain::overloaded{
                        [](const domain::get_model& asked) { return std::optional<stream_request>(asked); },
                        [](const domain::get_package& asked) { return std::optional<stream_request>(asked); },
                        [](const auto&) { return std::optional<stream_request>(); },
                    },
                    what);
}

} // namespace fedloom::transfer
