#include "tests/contract/update_store_contract.hpp"

namespace fedloom::test {

struct memory_update_stores {
  static std::shared_ptr<client::update_store> open() { return client::make_memory_update_store(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(memory, update_store_contract, memory_update_stores);

TEST(memory_update_store_test, holds_the_bytes_that_it_was_given_and_no_copy) {
  const auto store = client::make_memory_update_store();
  const auto update = some_update(1);
  EXPECT_EQ(store->put(update).value().data(), update.stream.data());
}

} // namespace fedloom::test
