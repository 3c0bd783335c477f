#include "tests/actors/client/task_fixture.hpp"

namespace fedloom::client {

/// Tasks that name a compute package; archives have three chunks.
class task_packages_test : public task_fixture {
protected:
  static constexpr auto predict = domain::task_kind::predict;

  static domain::package_ref package(std::uint8_t number, std::uint64_t bytes = three_chunks) {
    return {test::id_of<domain::package_digest>(number), bytes, ""};
  }
  lines asked_with(std::uint32_t number, const domain::package_ref& what, domain::task_kind kind = train) {
    auto one = task(kind, static_cast<std::uint8_t>(number), 64);
    one.package = what;
    return hears(round(number), one, small_model());
  }
  lines prepared(std::uint8_t number, domain::errc code = domain::errc::none) {
    const auto outcome = code == domain::errc::none ? domain::expected<void>{} : domain::failure(code, "");
    return told(sut.prepared(at(now), test::id_of<domain::package_digest>(number), outcome));
  }
  lines expects(std::uint8_t number) { return told(sut.expects(at(now), package(number))); }
  lines validated(std::uint32_t number, const std::string& report) {
    return told(sut.validated(at(now), round(number), validation_result{30, {}, report}));
  }
};

TEST_F(task_packages_test, fetches_a_package_that_is_not_here_and_has_it_made_ready_before_the_task) {
  EXPECT_EQ(asked_with(1, package(3)), lines{"prepare package-3"});
  EXPECT_EQ(prepared(3, domain::errc::not_found), lines{"send get package-3 as 1 from 0 credit 2"});
  EXPECT_EQ(fetch(1), lines{"prepare package-3 of 3145728B"});
  EXPECT_EQ(prepared(3), (lines{"log package-3 none", "run 1.1 train with 64B within 60000ms"}));
}

TEST_F(task_packages_test, runs_at_once_what_is_ready) {
  asked_with(1, package(3));
  EXPECT_EQ(prepared(3), (lines{"log package-3 none", "run 1.1 train with 64B within 60000ms"})) << "was kept";
  trains(1);
  EXPECT_EQ(asked_with(2, package(3)), lines{"run 2.1 train with 64B within 60000ms"});
}

TEST_F(task_packages_test, tells_what_is_wrong_with_a_package_and_tries_again_with_the_next_task) {
  asked_with(1, package(3));
  prepared(3, domain::errc::not_found);
  fetch(1);
  EXPECT_EQ(prepared(3, domain::errc::signature_invalid),
            (lines{"log package-3 signature_invalid", "log 1.1 train failed signature_invalid",
                   "send 1.1 train failed signature_invalid"}));
  EXPECT_EQ(asked_with(2, package(3)), lines{"prepare package-3"});
  EXPECT_EQ(prepared(3), (lines{"log package-3 none", "run 2.1 train with 64B within 60000ms"}));
}

TEST_F(task_packages_test, a_combiner_that_does_not_have_the_package_fails_the_task) {
  asked_with(1, package(3));
  prepared(3, domain::errc::not_found);
  EXPECT_EQ(hears({}, domain::abort_transfer{domain::transfer_id{1}, {domain::errc::not_found, ""}}),
            (lines{"send abort 1 not_found", "log 1.1 train failed not_found", "send 1.1 train failed not_found"}));
}

TEST_F(task_packages_test, looks_again_for_a_package_that_had_to_give_way) {
  asked_with(1, package(3));
  prepared(3);
  sut.trained(at(now), round(1), domain::failure(domain::errc::not_found, ""));
  EXPECT_EQ(asked_with(2, package(3)), lines{"prepare package-3"});
}

TEST_F(task_packages_test, goes_on_with_the_archive_over_a_new_connection_and_when_it_stalls) {
  asked_with(1, package(3));
  prepared(3, domain::errc::not_found);
  chunk(1, 0);
  sut.detached();
  EXPECT_EQ(attach(), lines{"send get package-3 as 1 from 1 credit 2"});
  now = 3000;
  EXPECT_EQ(tick(), lines{"send get package-3 as 1 from 1 credit 2"});
}

TEST_F(task_packages_test, goes_on_preparing_when_the_round_has_ended_without_it) {
  asked_with(1, package(3));
  prepared(3, domain::errc::not_found);
  chunk(1, 0);
  EXPECT_EQ(cancelled(1), lines{}) << "a slow line never has the archive before a round ends";
  chunk(1, 1);
  EXPECT_EQ(chunk(1, 2), lines{"prepare package-3 of 3145728B"});
  asked_with(2, package(3));
  EXPECT_EQ(cancelled(2), lines{}) << "nor has a slow machine its environment";
  EXPECT_EQ(prepared(3), lines{"log package-3 none"});
  EXPECT_EQ(asked_with(4, package(3)), lines{"run 4.1 train with 64B within 60000ms"});
}

TEST_F(task_packages_test, goes_on_preparing_after_a_deadline) {
  asked_with(1, package(3));
  prepared(3, domain::errc::not_found);
  now = 60000;
  EXPECT_EQ(tick(), (lines{"log 1.1 train failed timed_out", "send get package-3 as 1 from 0 credit 2"}));
}

TEST_F(task_packages_test, prepares_ahead_what_the_placement_names) {
  EXPECT_EQ(expects(3), lines{"prepare package-3"});
  EXPECT_EQ(prepared(3, domain::errc::not_found), lines{"send get package-3 as 1 from 0 credit 2"});
  EXPECT_EQ(fetch(1), lines{"prepare package-3 of 3145728B"});
  EXPECT_EQ(prepared(3), lines{"log package-3 none"});
  EXPECT_EQ(asked_with(1, package(3)), lines{"run 1.1 train with 64B within 60000ms"});
}

TEST_F(task_packages_test, a_package_that_cannot_be_had_ahead_waits_for_its_task) {
  expects(3);
  prepared(3, domain::errc::not_found);
  EXPECT_EQ(hears({}, domain::abort_transfer{domain::transfer_id{1}, {domain::errc::not_found, ""}}),
            lines{"send abort 1 not_found"});
  EXPECT_EQ(tick(), lines{});
  EXPECT_EQ(asked_with(1, package(3)), lines{"send get package-3 as 2 from 0 credit 2"});
}

TEST_F(task_packages_test, a_task_goes_before_what_is_only_expected) {
  expects(3);
  prepared(3, domain::errc::not_found);
  EXPECT_EQ(asked(1), (lines{"send abort 1 cancelled", "run 1.1 train with 64B within 60000ms"}));
  trains(1);
  EXPECT_EQ(tick(), lines{}) << "asked for already";
}

TEST_F(task_packages_test, refuses_archives_beyond_its_bound) {
  EXPECT_EQ(asked_with(1, package(3, std::uint64_t{1} << 40)), lines{"send 1.1 train failed too_large"});
  EXPECT_EQ(asked_with(2, package(3, 0)), lines{"send 2.1 train failed malformed"});
}

TEST_F(task_packages_test, hands_the_packages_name_and_the_settings_to_the_trainer) {
  auto one = task(train, 1, 64);
  one.client_settings = R"({"mu": 0.5})";
  one.package = package(3);
  hears(round(1), one, small_model());
  const auto effects = sut.prepared(at(now), package(3).content, {});
  const auto& run = std::get<work::run>(effects.back());
  EXPECT_EQ(run.settings, R"({"mu": 0.5})");
  EXPECT_EQ(run.package, package(3));
}

TEST_F(task_packages_test, sends_what_a_validation_or_prediction_put_out_and_again_when_asked_again) {
  asked(1, predict);
  EXPECT_EQ(validated(1, R"({"class": 7})"), lines{"send 1.1 validation of 30 examples +12B"});
  EXPECT_EQ(asked(1, predict), lines{"send 1.1 validation of 30 examples +12B"});
  EXPECT_EQ(asked(1, validate), lines{"run 1.1 validate with 64B within 60000ms"}) << "another question";
}

TEST_F(task_packages_test, does_not_send_more_output_than_a_combiner_takes) {
  asked(1, validate);
  EXPECT_EQ(validated(1, std::string(domain::output_bytes + 1, 'x')),
            (lines{"log 1.1 validate failed too_large", "send 1.1 validate failed too_large"}));
}

} // namespace fedloom::client
