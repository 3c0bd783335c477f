#include "actors/transfer/digests.hpp"
#include "tests/actors/controller/render.hpp"

#include <gtest/gtest.h>

namespace fedloom::controller {
namespace {

class hand_out_machine_test : public testing::Test {
protected:
  static transfer::served_stream stream(std::size_t chunks) {
    return {domain::shared_bytes::adopt(std::vector<std::byte>(chunks * domain::chunk_bytes)),
            std::make_shared<const std::vector<domain::digest>>(chunks)};
  }
  std::string asked(std::uint64_t peer, std::uint8_t model, std::uint64_t transfer, std::uint32_t from = 0,
                    std::uint32_t credit = 8) {
    return render(sut.asked(transport::peer_id{peer},
                            domain::get_model{model_number(model), domain::transfer_id{transfer}, from, credit}));
  }
  static domain::package_digest package(std::uint8_t number) { return domain::package_digest{{number}}; }
  std::string asked_for_package(std::uint64_t peer, std::uint8_t number, std::uint64_t transfer) {
    return render(
        sut.asked(transport::peer_id{peer}, domain::get_package{package(number), domain::transfer_id{transfer}, 0, 8}));
  }
  std::string loaded(std::uint8_t model, domain::expected<transfer::served_stream> outcome) {
    return render(sut.loaded(model_number(model), std::move(outcome)));
  }
  std::string received(std::uint64_t peer, domain::body what) {
    return render(sut.received(transport::peer_id{peer}, {{}, std::move(what), {}}));
  }
  hand_out_machine sut{{1, 2, 3}};
};

TEST_F(hand_out_machine_test, serves_an_offered_model_within_the_credit) {
  sut.offer(model_number(1), stream(3));
  EXPECT_EQ(asked(7, 1, 1, 0, 2), "->7 chunk 0 | ->7 chunk 1");
  EXPECT_EQ(received(7, domain::credit{domain::transfer_id{1}, 1}), "->7 chunk 2");
}

TEST_F(hand_out_machine_test, resumes_where_it_is_asked_to) {
  sut.offer(model_number(1), stream(3));
  EXPECT_EQ(asked(7, 1, 1, 2), "->7 chunk 2");
  asked(7, 1, 2, 0, 1);
  EXPECT_EQ(received(7, domain::grant{domain::transfer_id{2}, 1, 1}), "->7 chunk 1");
}

TEST_F(hand_out_machine_test, loads_an_older_model_once_for_all_who_wait) {
  EXPECT_EQ(asked(7, 2, 1), "load m2");
  EXPECT_EQ(asked(8, 2, 1), "");
  EXPECT_EQ(loaded(2, stream(1)), "->7 chunk 0 | ->8 chunk 0");
  EXPECT_EQ(asked(9, 2, 1), "->9 chunk 0") << "it stays in memory";
}

TEST_F(hand_out_machine_test, tells_all_who_wait_that_a_model_is_not_to_be_had) {
  asked(7, 2, 1);
  asked(8, 2, 1);
  EXPECT_EQ(loaded(2, domain::failure(domain::errc::not_found, "")), "->7 abort not_found | ->8 abort not_found");
  EXPECT_EQ(asked(7, 2, 1), "load m2");
}

TEST_F(hand_out_machine_test, holds_no_more_models_than_its_bound) {
  sut.offer(model_number(1), stream(1));
  sut.offer(model_number(2), stream(1));
  EXPECT_EQ(asked(7, 1, 1), "load m1");
  EXPECT_EQ(asked(7, 2, 2), "->7 chunk 0");
}

TEST_F(hand_out_machine_test, serves_packages_as_it_serves_models) {
  EXPECT_EQ(asked_for_package(7, 1, 1), "load p1");
  EXPECT_EQ(asked_for_package(8, 1, 1), "");
  EXPECT_EQ(render(sut.loaded(package(1), stream(2))), "->7 chunk 0 | ->7 chunk 1 | ->8 chunk 0 | ->8 chunk 1");
}

TEST_F(hand_out_machine_test, a_new_model_does_not_take_the_place_of_a_package) {
  sut.offer(package(1), stream(1));
  sut.offer(model_number(1), stream(1));
  sut.offer(model_number(2), stream(1));
  EXPECT_EQ(asked_for_package(7, 1, 1), "->7 chunk 0");
  sut.offer(package(2), stream(1));
  sut.offer(package(3), stream(1));
  EXPECT_EQ(asked_for_package(7, 1, 2), "load p1") << "two newer ones are here";
}

TEST_F(hand_out_machine_test, serves_no_more_transfers_than_its_bound) {
  sut.offer(model_number(1), stream(2));
  for (std::uint64_t peer = 1; peer <= 3; ++peer) {
    asked(peer, 1, 1, 0, 1);
  }
  EXPECT_EQ(asked(4, 1, 1, 0, 1), "->4 abort busy");
  sut.gone(transport::peer_id{1});
  EXPECT_EQ(asked(4, 1, 1, 0, 1), "->4 chunk 0");
}

TEST_F(hand_out_machine_test, who_is_gone_does_not_wait_for_a_model_any_more) {
  asked(7, 2, 1);
  asked(8, 2, 1);
  sut.gone(transport::peer_id{7});
  EXPECT_EQ(loaded(2, stream(1)), "->8 chunk 0");
}

TEST_F(hand_out_machine_test, an_aborted_transfer_is_over) {
  sut.offer(model_number(1), stream(2));
  asked(7, 1, 1, 0, 1);
  EXPECT_EQ(received(7, domain::abort_transfer{domain::transfer_id{1}, {}}), "");
  EXPECT_EQ(received(7, domain::credit{domain::transfer_id{1}, 1}), "");
  EXPECT_EQ(received(7, domain::heartbeat{}), "") << "not its dialog";
}

} // namespace
} // namespace fedloom::controller
