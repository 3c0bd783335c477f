#include "services/combiner/service.hpp"

using namespace fedloom;

int main(int argc, char** argv) {
  return runtime::run_service(
      argc, argv, runtime::define_service<combiner::config>("combiner", combiner::read_config, combiner::start));
}
