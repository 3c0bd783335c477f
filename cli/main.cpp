#include "cli/interrupt.hpp"
#include "cli/run.hpp"

#include <iostream>
#include <unistd.h>

int main(int argc, char** argv) {
  using namespace fedloom::cli;
  const interrupt_watch interrupt;
  console io{std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1};
  return static_cast<int>(run({argv + 1, argv + argc}, io, interrupt.token()));
}
