#pragma once
#include "tests/bench/rounds.hpp"

#include <iosfwd>

namespace fedloom::bench {

/// Measures the sizes that the README's table lists, each with a fresh mesh, and writes its Markdown row by row.
/// Answers the number of targets that were missed.
int write_table(const bench_place& place, std::ostream& out);

} // namespace fedloom::bench
