#pragma once
#include "actors/model/manifest.hpp"
#include "messages/domain/bytes.hpp"

#include <vector>

namespace fedloom::model {

/// A whole model stream, in memory or mapped, with a view on each tensor's elements: what files are written from.
struct whole_model {
  manifest what;
  domain::shared_bytes stream;
  std::vector<domain::shared_bytes> elements; ///< one per tensor, as long as the manifest says
};

/// As `read_stream`, which see for what is refused. Copies nothing.
domain::expected<whole_model> take_apart(const domain::shared_bytes& stream);

} // namespace fedloom::model
