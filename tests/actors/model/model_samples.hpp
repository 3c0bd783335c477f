#pragma once
#include "actors/model/stream.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <random>
#include <string>

/// Models, files and folders for the tests of this folder.
namespace fedloom::model {

inline constexpr dtype all_types[] = {dtype::f16, dtype::f32, dtype::f64, dtype::i8,  dtype::i16, dtype::i32,
                                      dtype::i64, dtype::u8,  dtype::u16, dtype::u32, dtype::u64, dtype::boolean};

/// A stream whose elements are random bytes (0 and 1 for booleans).
inline std::vector<std::byte> filled_stream(const manifest& what, std::uint64_t seed = 1) {
  auto stream = blank_stream(what);
  const auto data = data_of(stream);
  const auto offsets = what.offsets();
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const bool boolean = what.tensors[i].type == dtype::boolean;
    for (auto& byte : data.subspan(offsets[i], what.tensors[i].bytes())) {
      byte = static_cast<std::byte>(random() % (boolean ? 2 : 256));
    }
  }
  return stream;
}

/// One tensor of every type, with scalars, empty ones and several ranks among them.
inline manifest every_type() {
  manifest what;
  for (const auto type : all_types) {
    const auto position = what.tensors.size();
    const std::vector<std::uint64_t> shapes[] = {{3, 5}, {}, {0, 4}, {2, 3, 4}, {17}};
    what.tensors.push_back({std::to_string(position), type, shapes[position % 5]});
  }
  return what;
}

/// A folder that goes away with the test.
class scratch_folder {
public:
  scratch_folder() {
    auto name = (std::filesystem::temp_directory_path() / "fedloom-model-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) {
      path_ = name;
    }
  }
  ~scratch_folder() { std::filesystem::remove_all(path_); }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

} // namespace fedloom::model
