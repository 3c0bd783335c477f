#include "services/runtime/metrics.hpp"

#include "services/runtime/version.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <cstdlib>
#include <fstream>

namespace fedloom::runtime {

using testing::HasSubstr;

namespace {

double value_of(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + ' ');
  return at == std::string::npos ? -1 : std::atof(text.c_str() + at + name.size() + 2);
}

} // namespace

TEST(metrics, tells_what_runs_here) {
  EXPECT_THAT(metrics("combiner").scrape(),
              HasSubstr("fedloom_build_info{service=\"combiner\",version=\"" + std::string{version()} + "\"} 1"));
}

TEST(metrics, measures_the_process_at_each_scrape) {
  const metrics sut("combiner");
  const auto text = sut.scrape();
  EXPECT_GT(value_of(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value_of(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(value_of(text, "process_open_fds"), 3);
  EXPECT_GT(value_of(text, "process_start_time_seconds"), 1.6e9);
  const std::ifstream one_more("/proc/self/stat");
  EXPECT_EQ(value_of(sut.scrape(), "process_open_fds"), value_of(text, "process_open_fds") + 1);
}

TEST(metrics, shows_what_probes_registered) {
  metrics sut("combiner");
  prometheus::BuildCounter()
      .Name("fedloom_test_things_total")
      .Help("Things.")
      .Register(sut.registry())
      .Add({})
      .Increment(3);
  EXPECT_EQ(value_of(sut.scrape(), "fedloom_test_things_total"), 3);
}

TEST(metrics, pleases_promtool) {
  if (std::system("command -v promtool > /dev/null") != 0) {
    GTEST_SKIP() << "promtool is not installed";
  }
  const test::temporary_folder folder;
  std::ofstream(folder / "metrics") << metrics("combiner").scrape();
  EXPECT_EQ(std::system(("promtool check metrics < " + (folder / "metrics").string()).c_str()), 0);
}

} // namespace fedloom::runtime
