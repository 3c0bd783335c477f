#include "tests/actors/controller/round_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;

class reduction_machine_test : public testing::Test {
protected:
  static session::fetch_sum sum(const std::string& combiner, std::uint64_t lease, std::uint64_t chunks = 1) {
    auto what = partial_of(lease, {"c1"});
    what.sum_bytes = chunks * domain::chunk_bytes;
    return {domain::combiner_id{combiner}, about, what};
  }
  std::string fetch(const session::fetch_sum& what) { return render(sut.fetch(what)); }
  std::string again(session::fetch_sum what) {
    what.again = true;
    return fetch(what);
  }
  std::string chunk(const std::string& from, std::uint64_t lease, std::uint32_t index) {
    const auto bytes = domain::shared_bytes::adopt(std::vector<std::byte>(domain::chunk_bytes));
    return render(sut.received(domain::combiner_id{from}, {domain::transfer_id{lease}, index, {}}, bytes));
  }
  std::string merged(std::uint64_t lease, domain::errc code = domain::errc::none) {
    return render(sut.merged(domain::lease_id{lease}, {code, ""}));
  }
  std::string abandon(std::uint64_t lease) { return render(sut.abandon(domain::lease_id{lease})); }

  static inline const domain::round_key about{domain::session_id{"s"}, 1, 1};
  reduction_machine sut{2};
};

TEST_F(reduction_machine_test, fetches_a_sum_and_has_it_merged) {
  EXPECT_EQ(fetch(sum("b1", 1, 3)), "->b1 grant 1 from 0");
  EXPECT_EQ(chunk("b1", 1, 0), "->b1 credit 1");
  EXPECT_EQ(chunk("b1", 1, 1), "");
  EXPECT_EQ(chunk("b1", 1, 2), "merge L1 of 3");
  EXPECT_EQ(merged(1), "merged L1");
}

TEST_F(reduction_machine_test, fetches_one_sum_after_the_other) {
  EXPECT_EQ(fetch(sum("b1", 1)), "->b1 grant 1 from 0");
  EXPECT_EQ(fetch(sum("b2", 2)), "");
  EXPECT_EQ(chunk("b1", 1, 0), "merge L1 of 1");
  EXPECT_EQ(merged(1), "merged L1 | ->b2 grant 2 from 0");
}

TEST_F(reduction_machine_test, a_fetch_that_is_repeated_goes_on_where_the_connection_broke) {
  fetch(sum("b1", 1, 3));
  chunk("b1", 1, 0);
  EXPECT_EQ(again(sum("b1", 1, 3)), "->b1 grant 1 from 1");
  fetch(sum("b2", 2));
  EXPECT_EQ(again(sum("b2", 2)), "") << "it waits already";
  chunk("b1", 1, 1);
  chunk("b1", 1, 2);
  EXPECT_EQ(again(sum("b1", 1, 3)), "") << "all of it is here";
}

TEST_F(reduction_machine_test, a_fetch_that_is_repeated_after_its_answer_does_not_merge_the_sum_twice) {
  fetch(sum("b1", 1));
  chunk("b1", 1, 0);
  EXPECT_EQ(merged(1), "merged L1");
  EXPECT_EQ(again(sum("b1", 1)), "") << "I-1";
  EXPECT_EQ(fetch(sum("b1", 1)), "->b1 grant 1 from 0") << "the part was collected anew";
}

TEST_F(reduction_machine_test, a_gap_is_asked_for_again) {
  fetch(sum("b1", 1, 3));
  EXPECT_EQ(chunk("b1", 1, 1), "->b1 grant 1 from 0");
}

TEST_F(reduction_machine_test, takes_chunks_only_from_the_combiner_whose_sum_it_is) {
  fetch(sum("b1", 1));
  EXPECT_EQ(chunk("b2", 1, 0), "");
  EXPECT_EQ(chunk("b1", 9, 0), "");
}

TEST_F(reduction_machine_test, a_chunk_beyond_the_sum_ends_the_transfer) {
  fetch(sum("b1", 1));
  fetch(sum("b2", 2));
  EXPECT_EQ(chunk("b1", 1, 5), "->b1 abort too_large | failed L1 too_large | ->b2 grant 2 from 0");
}

TEST_F(reduction_machine_test, a_sum_that_cannot_be_merged_has_failed) {
  fetch(sum("b1", 1));
  chunk("b1", 1, 0);
  EXPECT_EQ(merged(1, domain::errc::digest_mismatch), "failed L1 digest_mismatch");
}

TEST_F(reduction_machine_test, a_combiner_may_abort) {
  fetch(sum("b1", 1));
  const domain::abort_transfer why{domain::transfer_id{1}, {domain::errc::not_found, ""}};
  EXPECT_EQ(render(sut.received(domain::combiner_id{"b2"}, why)), "");
  EXPECT_EQ(render(sut.received(domain::combiner_id{"b1"}, why)), "failed L1 not_found");
}

TEST_F(reduction_machine_test, every_fetch_that_is_abandoned_is_answered_exactly_once) {
  fetch(sum("b1", 1));
  fetch(sum("b2", 2));
  EXPECT_EQ(abandon(2), "failed L2 combiner_lost") << "it waited";
  EXPECT_EQ(abandon(1), "failed L1 combiner_lost") << "it was being received";
  EXPECT_EQ(abandon(1), "");
  fetch(sum("b1", 3));
  chunk("b1", 3, 0);
  EXPECT_EQ(abandon(3), "") << "merging cannot be taken back";
  EXPECT_EQ(merged(3), "merged L3");
}

TEST_F(reduction_machine_test, a_new_sum_forgets_what_was_under_way_for_the_old_one) {
  fetch(sum("b1", 1));
  fetch(sum("b2", 2));
  EXPECT_EQ(render(sut.begin({about, model_number(4), {}})), "open_sum m4");
  EXPECT_EQ(chunk("b1", 1, 0), "");
  EXPECT_EQ(fetch(sum("b3", 3)), "->b3 grant 3 from 0");
}

TEST_F(reduction_machine_test, the_report_of_a_dropped_merge_is_ignored) {
  fetch(sum("b1", 1));
  chunk("b1", 1, 0);
  EXPECT_EQ(render(sut.drop()), "close_sum");
  EXPECT_EQ(merged(1), "");
}

TEST_F(reduction_machine_test, has_the_average_made) {
  EXPECT_EQ(render(sut.average({about, 0.5})), "average 1");
}

} // namespace
} // namespace fedloom::controller
