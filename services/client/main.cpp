#include "services/client/service.hpp"

using namespace fedloom;

int main(int argc, char** argv) {
  return runtime::run_service(argc, argv,
                              runtime::define_service<client::config>("client", client::read_config, client::start));
}
