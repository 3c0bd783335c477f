#include "services/controller/service.hpp"

using namespace fedloom;

int main(int argc, char** argv) {
  return runtime::run_service(
      argc, argv,
      runtime::define_service<controller::config>("controller", controller::read_config, controller::start));
}
