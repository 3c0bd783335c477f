#include "tests/contract/round_store_contract.hpp"

namespace fedloom::test {

struct memory_round_stores {
  std::unique_ptr<storage::round_store> open() const { return storage::make_memory_round_store(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(memory, round_store_contract, memory_round_stores);

} // namespace fedloom::test
