#pragma once
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace fedloom::test {

/// A file system of its own, `bytes` large, over an empty folder. Needs the right to mount: ask `mounted()`, and skip
/// the test if it is false.
class small_disk {
public:
  small_disk(std::filesystem::path folder, std::size_t bytes) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    const auto size = "size=" + std::to_string(bytes);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()) == 0;
  }
  ~small_disk() {
    if (mounted_) {
      ::umount2(folder_.c_str(), MNT_DETACH);
    }
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  bool mounted() const noexcept { return mounted_; }
  const std::filesystem::path& path() const noexcept { return folder_; }

  /// Takes all the space that is left, until `release`.
  void fill() const {
    std::ofstream ballast(folder_ / "ballast", std::ios::binary);
    const std::string block(4096, 'x');
    while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void release() const { std::filesystem::remove(folder_ / "ballast"); }

private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

} // namespace fedloom::test
