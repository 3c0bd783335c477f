#include "actors/storage/round_store.hpp"

namespace fedloom::storage {

bool batch::empty() const {
  return sessions.empty() && rounds.empty() && models.empty() && clients.empty() && combiners.empty();
}

} // namespace fedloom::storage
