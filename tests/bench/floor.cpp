#include "tests/bench/floor.hpp"

#include "tests/bench/bench_failure.hpp"
#include "tests/bench/stopwatch.hpp"
#include "tests/bench/tcp_pair.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <thread>
#include <vector>

namespace fedloom::bench {

namespace {

double median_of_three(const std::function<double()>& measure) {
  std::array<double, 3> times{measure(), measure(), measure()};
  std::ranges::sort(times);
  return times[1];
}

double time_transfer(std::uint64_t clients, domain::byte_span model) {
  const auto total = clients * model.size();
  const tcp_pair connection;
  std::vector<std::byte> down(tcp_write_bytes);
  std::vector<std::byte> up(tcp_write_bytes);
  const stopwatch watch;
  {
    const std::jthread other([&] {
      read_bytes(connection.far(), down, total);
      write_bytes(connection.far(), model, total);
    });
    write_bytes(connection.near(), model, total);
    read_bytes(connection.near(), up, total);
  }
  return watch.seconds();
}

double time_multiply_add(std::uint64_t clients, const std::vector<float>& update, std::vector<float>& sum) {
  const stopwatch watch;
  for (std::uint64_t client = 0; client < clients; ++client) {
    const auto weight = 1.0F + static_cast<float>(client); // differs, so that no pass can be left out
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += weight * update[i];
    }
  }
  return watch.seconds();
}

double time_file(domain::byte_span model, const std::filesystem::path& file) {
  const stopwatch watch;
  const int target = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool complete = target >= 0;
  for (auto left = model; complete && !left.empty();) {
    const auto written = ::write(target, left.data(), std::min(left.size(), tcp_write_bytes));
    complete = written > 0;
    left = left.subspan(complete ? static_cast<std::size_t>(written) : 0);
  }
  complete = complete && ::fsync(target) == 0;
  const auto seconds = watch.seconds();
  ::close(target);
  std::filesystem::remove(file);
  if (!complete) {
    throw bench_failure("cannot write " + file.string());
  }
  return seconds;
}

} // namespace

floor_times measure_floor(std::uint64_t clients, std::uint64_t parameters, const std::filesystem::path& folder) {
  const std::vector<float> update(parameters, 0.5F);
  std::vector<float> sum(parameters);
  const auto model = std::as_bytes(std::span(update));
  floor_times found;
  found.transfer = median_of_three([&] { return time_transfer(clients, model); });
  found.multiply_add = median_of_three([&] { return time_multiply_add(clients, update, sum); });
  found.file = median_of_three([&] { return time_file(model, folder / "floor"); });
  return found;
}

} // namespace fedloom::bench
