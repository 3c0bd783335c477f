#include "tests/bench/scratch.hpp"

#include "tests/bench/bench_failure.hpp"

#include <cstdlib>
#include <iostream>

namespace fedloom::bench {

scratch::scratch(const std::filesystem::path& beside, bool keep) : keep_(keep) {
  auto name = (std::filesystem::absolute(beside) / "bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw bench_failure("cannot create a folder in " + beside.string());
  }
  path_ = name;
}

scratch::~scratch() {
  if (keep_) {
    std::cerr << "bench: logs and data are in " << path_.string() << '\n';
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace fedloom::bench
