#pragma once
#include <filesystem>

namespace fedloom::bench {

/// A fresh folder for one measurement, beside the programs and so on a real disk; removed with all it holds unless it
/// is to be kept.
class scratch {
public:
  /// Throws bench_failure.
  scratch(const std::filesystem::path& beside, bool keep);
  ~scratch();
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
  bool keep_;
};

} // namespace fedloom::bench
