#include "tests/contract/model_store_contract.hpp"

namespace fedloom::test {

struct memory_model_stores {
  std::unique_ptr<storage::model_store> open() const { return storage::make_memory_model_store(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(memory, model_store_contract, memory_model_stores);

} // namespace fedloom::test
