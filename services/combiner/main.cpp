#include "services/combiner/service.hpp"

using namespace fedloom;

int main(int argc, char** argv) {
  auto service = runtime::define_service<combiner::config>("combiner", combiner::read_config, combiner::start);
  service.drain_limit = domain::milliseconds{40000}; // the combiner has its own limit, and then ends well
  return runtime::run_service(argc, argv, service);
}
