#pragma once
#include "actors/controller/presence_board.hpp"
#include "actors/controller/round_feed.hpp"
#include "actors/kernel/tree_status.hpp"
#include "actors/storage/model_store.hpp"
#include "actors/storage/package_store.hpp"
#include "actors/storage/round_store.hpp"
#include "services/controller/session_desk.hpp"
#include "services/runtime/http_route.hpp"

#include <functional>
#include <vector>

namespace fedloom::controller {

/// What the REST API works on. Reads go to the stores on the HTTP thread, writes to the desk. Outlives the server.
struct rest_context {
  storage::round_store* store = nullptr;
  storage::model_store* models = nullptr;
  storage::package_store* packages = nullptr;
  presence_board* presence = nullptr;
  round_feed* feed = nullptr;
  session_desk* desk = nullptr;
  std::function<domain::expected<void>()> ready;
  std::function<std::vector<kernel::child_status>()> supervision;
  std::uint64_t model_limit = std::uint64_t{16} << 30;    ///< bytes of an uploaded model, packed and unpacked
  std::uint64_t package_limit = std::uint64_t{256} << 20; ///< bytes of an uploaded compute package
  std::string mesh_endpoint;                              ///< where clients join, for example "tcp://0.0.0.0:7700"
  domain::milliseconds keep_alive{5000};                  ///< the longest silence on a stream of events
};

/// Every route of the REST API; services/controller/openapi.yaml describes them. POST, PUT and PATCH take an
/// Idempotency-Key.
std::vector<runtime::route> rest_routes(const rest_context& with);
/// Those that FEDn once had: 410, with a pointer to the one that does the work now.
std::vector<runtime::route> retired_routes();
/// Both.
std::vector<runtime::route> all_routes(const rest_context& with);

} // namespace fedloom::controller
