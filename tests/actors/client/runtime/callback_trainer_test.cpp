#include "actors/client/runtime/callback_trainer.hpp"
#include "tests/actors/client/runtime/example_stream.hpp"

#include <gmock/gmock.h>
#include <stdexcept>

namespace fedloom::client {
namespace {

class callback_trainer_test : public testing::Test {
protected:
  domain::errc problem_of(callback_trainer::train_function function, std::stop_token stop = {}) {
    const auto result = callback_trainer(std::move(function)).train(model, context, std::move(stop));
    return result ? domain::errc::none : result.error().code;
  }

  domain::shared_bytes model = domain::shared_bytes::adopt(example_stream<float>(model::dtype::f32, {{1, 2}}));
  task_context context{{}, domain::milliseconds{60000}};
};

TEST_F(callback_trainer_test, gives_the_function_a_copy_of_the_model_to_change) {
  callback_trainer trainer([](std::vector<std::byte>& stream, const task_context&, std::stop_token) {
    stream = example_stream<float>(model::dtype::f32, {{5, 2}});
    return domain::expected<local_training>({9, {{"loss", 0.5}}});
  });
  const auto result = trainer.train(model, context, {});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_THAT(elements<float>(result->stream.span(), 0), testing::ElementsAre(5.0F, 2.0F));
  EXPECT_THAT(elements<float>(model.span(), 0), testing::ElementsAre(1.0F, 2.0F));
  EXPECT_EQ(result->example_count, 9U);
  EXPECT_EQ(result->metrics, (std::vector<domain::metric>{{"loss", 0.5}}));
}

TEST_F(callback_trainer_test, refuses_a_training_without_examples) {
  EXPECT_EQ(problem_of([](auto&, auto&, auto) { return local_training{0, {}}; }), domain::errc::bad_output);
}

TEST_F(callback_trainer_test, refuses_a_changed_head_or_length) {
  EXPECT_EQ(problem_of([](auto& stream, auto&, auto) {
              stream[0] = std::byte{0};
              return local_training{1, {}};
            }),
            domain::errc::bad_output);
  EXPECT_EQ(problem_of([](auto& stream, auto&, auto) {
              stream.pop_back();
              return local_training{1, {}};
            }),
            domain::errc::bad_output);
}

TEST_F(callback_trainer_test, turns_an_exception_into_a_failure) {
  EXPECT_EQ(
      problem_of([](auto&, auto&, auto) -> domain::expected<local_training> { throw std::runtime_error("no data"); }),
      domain::errc::entry_point_failed);
}

TEST_F(callback_trainer_test, does_not_begin_what_is_already_cancelled) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(problem_of(
                [](auto&, auto&, auto) {
                  return local_training{1, {}};
                },
                stop.get_token()),
            domain::errc::cancelled);
}

TEST_F(callback_trainer_test, says_which_function_is_missing) {
  EXPECT_EQ(problem_of({}), domain::errc::entry_point_missing);
  callback_trainer trainer([](auto&, auto&, auto) { return local_training{1, {}}; });
  EXPECT_EQ(trainer.validate(model, context, {}).error().code, domain::errc::entry_point_missing);
}

TEST_F(callback_trainer_test, validates_by_the_second_function) {
  callback_trainer trainer({}, [](const domain::shared_bytes& bytes, const task_context&, std::stop_token) {
    return domain::expected<validation_result>({3, {{"bytes", static_cast<double>(bytes.size())}}});
  });
  const auto result = trainer.validate(model, context, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->example_count, 3U);
  EXPECT_EQ(result->metrics.at(0).value, static_cast<double>(model.size()));
}

} // namespace
} // namespace fedloom::client
