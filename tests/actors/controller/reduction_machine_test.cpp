#include "tests/actors/controller/round_fixture.hpp"

#include <limits>

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
  /// A sum of weight 10 with these weights from these models; the round's is m1.
  static session::fetch_sum from(std::uint64_t lease, std::vector<domain::parent_weight> parents) {
    auto what = sum("b1", lease);
    what.what.weight = 10;
    what.what.parents = std::move(parents);
    return what;
  }
  void merge(const session::fetch_sum& what, domain::errc code = domain::errc::none) {
    fetch(what);
    chunk("b1", what.what.lease.value(), 0);
    merged(what.what.lease.value(), code);
  }
  std::vector<domain::parent_weight> parents() {
    return std::get<reduction::average>(sut.average({about}).front()).parents;
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
  EXPECT_EQ(render(sut.average({about})), "average 1");
  const auto effects = sut.average({about, aggregation::fedavg{0.5}, 77, model_number(9)});
  const auto& what = std::get<reduction::average>(effects.front());
  EXPECT_EQ(what.how, aggregation::server_optimizer{aggregation::fedavg{0.5}});
  EXPECT_EQ(what.state, model_number(9));
  EXPECT_EQ(what.divisor, 77U);
}

TEST_F(reduction_machine_test, knows_how_much_of_what_was_merged_is_from_which_older_model) {
  using weights = std::vector<domain::parent_weight>;
  sut.begin({about, model_number(1), {}});
  merge(from(1, {{model_number(1), 4}, {model_number(7), 1}, {model_number(5), 5}}));
  merge(from(2, {{model_number(5), 10}}));
  merge(from(3, {}));
  merge(from(4, {{model_number(1), 10}}));
  EXPECT_EQ(parents(), (weights{{model_number(5), 15}, {model_number(7), 1}}));
  sut.begin({about, model_number(1), {}});
  EXPECT_EQ(parents(), weights{}) << "a new sum";
  merge(from(5, {{model_number(5), 10}}));
  sut.drop();
  EXPECT_EQ(parents(), weights{});
}

TEST_F(reduction_machine_test, what_was_not_merged_was_trained_from_nothing) {
  sut.begin({about, model_number(1), {}});
  merge(from(1, {{model_number(5), 10}}), domain::errc::digest_mismatch);
  fetch(from(2, {{model_number(5), 10}}));
  abandon(2);
  fetch(from(3, {{model_number(5), 10}}));
  chunk("b1", 3, 0);
  EXPECT_TRUE(parents().empty());
  merged(3);
  EXPECT_EQ(parents().size(), 1U);
}

TEST_F(reduction_machine_test, refuses_a_part_whose_parents_do_not_add_up_to_its_weight) {
  const auto huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(fetch(from(1, {{model_number(5), 9}})), "failed L1 malformed");
  EXPECT_EQ(fetch(from(1, {{model_number(5), 9}, {model_number(6), 2}})), "failed L1 malformed");
  EXPECT_EQ(fetch(from(1, {{model_number(5), 10}, {model_number(6), 0}})), "failed L1 malformed");
  EXPECT_EQ(fetch(from(1, {{model_number(5), 11}, {model_number(6), huge}})), "failed L1 malformed") << "modulo 2^64";
  EXPECT_EQ(fetch(from(1, {{model_number(5), 10}})), "->b1 grant 1 from 0");
}

} // namespace
} // namespace fedloom::controller
