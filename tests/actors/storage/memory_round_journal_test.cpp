#include "tests/contract/round_journal_contract.hpp"

namespace fedloom::test {

struct memory_round_journals {
  std::unique_ptr<storage::round_journal> open() const { return storage::make_memory_round_journal(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(memory, round_journal_contract, memory_round_journals);

} // namespace fedloom::test
