#include "tests/contract/round_store_entities.hpp"

namespace fedloom::test {

struct memory_round_stores {
  std::unique_ptr<storage::round_store> open(const storage::record_limits& limits = {}) const {
    return storage::make_memory_round_store(limits);
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(memory, round_store_contract, memory_round_stores);
INSTANTIATE_TYPED_TEST_SUITE_P(memory, round_store_entities, memory_round_stores);

} // namespace fedloom::test
