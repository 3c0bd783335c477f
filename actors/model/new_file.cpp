#include "actors/model/new_file.hpp"

#include "actors/security/random.hpp"

#include <system_error>

namespace fedloom::model {

new_file::new_file(std::filesystem::path destination)
    : destination_(std::move(destination)),
      temporary_(destination_.string() + "." + security::random_uuid() + ".part") {}

new_file::~new_file() {
  if (!temporary_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
  }
}

domain::expected<void> new_file::commit() {
  std::error_code problem;
  std::filesystem::rename(temporary_, destination_, problem);
  if (problem) {
    return domain::failure(domain::errc::storage_failed,
                           "cannot write " + destination_.string() + ": " + problem.message());
  }
  temporary_.clear();
  return {};
}

} // namespace fedloom::model
