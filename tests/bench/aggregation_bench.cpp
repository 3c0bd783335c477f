// How fast updates are checked, folded and turned into a mean, in bytes of update per second on one core, beside memcpy
// of the same bytes in the same run. Read the ratios: the machine's memory and neighbours make the absolute numbers.
//
//   aggregation_bench --benchmark_min_time=1
#include "actors/aggregation/federated_average.hpp"
#include "actors/aggregation/kernels.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>
#include <optional>
#include <random>
#include <string>

namespace fedloom::aggregation {
namespace {

using model::dtype;

constexpr std::uint64_t tensor_bytes = std::uint64_t{64} << 20;

/// One large tensor of small values, and an update in chunks of 1 MiB.
struct material {
  explicit material(dtype type) {
    const auto elements = tensor_bytes / model::size_of(type);
    stream = model::blank_stream({{{"0", type, {elements}}}});
    const auto data = model::data_of(stream);
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (std::size_t i = 0; i < elements; ++i) {
      const float single = uniform(random);
      const double wide = static_cast<double>(single);
      const auto half = static_cast<std::uint16_t>(random() % 0x3c00);
      const void* value = type == dtype::f64   ? static_cast<const void*>(&wide)
                          : type == dtype::f16 ? static_cast<const void*>(&half)
                                               : static_cast<const void*>(&single);
      std::memcpy(data.data() + i * model::size_of(type), value, model::size_of(type));
    }
    const auto whole = domain::shared_bytes::copy_of(stream);
    for (std::size_t at = 0; at < whole.size(); at += std::size_t{1} << 20) {
      update.push_back(whole.slice(at, std::size_t{1} << 20));
    }
    const auto view = model::read_stream(stream);
    sum.emplace(domain::shared_bytes::copy_of(stream), *scale_for(view->what, view->data, std::uint64_t{1} << 26),
                std::uint64_t{1} << 26);
  }

  std::vector<std::byte> stream;
  pieces update;
  std::optional<accumulator> sum;
};

void report(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * tensor_bytes));
  state.SetLabel(std::string(best_kernels().name));
}

void copy(benchmark::State& state) {
  const std::vector<std::byte> from(tensor_bytes, std::byte{1});
  std::vector<std::byte> to(tensor_bytes);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::ClobberMemory();
  }
  report(state);
}
BENCHMARK(copy);

void check_only(benchmark::State& state) {
  const material some(static_cast<dtype>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(some.sum->check(some.update));
  }
  report(state);
}
BENCHMARK(check_only)->Arg(static_cast<int>(dtype::f32));

void check_and_fold(benchmark::State& state) {
  material some(static_cast<dtype>(state.range(0)));
  auto left = std::uint64_t{1} << 26;
  for (auto _ : state) {
    if (some.sum->check(some.update).reason.code != domain::errc::none || --left == 0) {
      state.SkipWithError("the update was refused");
      break;
    }
    some.sum->add(some.update, 1);
  }
  report(state);
}
BENCHMARK(check_and_fold)
    ->Arg(static_cast<int>(dtype::f16))
    ->Arg(static_cast<int>(dtype::f32))
    ->Arg(static_cast<int>(dtype::f64));

void mean_and_convert(benchmark::State& state) {
  material some(static_cast<dtype>(state.range(0)));
  some.sum->add(some.update, 3);
  const double rate = state.range(1) == 0 ? 1.0 : 0.5;
  std::vector<std::byte> out(tensor_bytes);
  const auto view = model::read_stream(some.stream);
  const fold_range range{static_cast<dtype>(state.range(0)), 0, 30};
  for (auto _ : state) {
    mean(range, some.sum->sum(), 3, view->data, rate, out);
    benchmark::ClobberMemory();
  }
  report(state);
}
BENCHMARK(mean_and_convert)
    ->ArgNames({"dtype", "blend"})
    ->Args({static_cast<int>(dtype::f16), 0})
    ->Args({static_cast<int>(dtype::f32), 0})
    ->Args({static_cast<int>(dtype::f32), 1})
    ->Args({static_cast<int>(dtype::f64), 0});

void merge_partial(benchmark::State& state) {
  material some(dtype::f32);
  const std::vector<std::int64_t> other(some.sum->sum().size(), 1);
  std::vector<std::int64_t> into(other.size());
  for (auto _ : state) {
    merge(other, into);
    benchmark::ClobberMemory();
  }
  report(state);
}
BENCHMARK(merge_partial);

void identify(benchmark::State& state) {
  const material some(dtype::f32);
  for (auto _ : state) {
    benchmark::DoNotOptimize(model::id_of(some.update));
  }
  report(state);
}
BENCHMARK(identify);

} // namespace
} // namespace fedloom::aggregation
