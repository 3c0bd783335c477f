#include "actors/model/model_file.hpp"
#include "actors/model/npz.hpp"
#include "tests/actors/model/model_samples.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <optional>

/// Files go to real NumPy and come from it (numpy_peer.py).
namespace fedloom::model {
namespace {

struct outcome {
  int status = -1;
  std::string output;
};

outcome run(const std::string& command) {
  outcome result;
  auto* pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t got = 1; got > 0;) {
    got = std::fread(buffer, 1, sizeof buffer, pipe);
    result.output.append(buffer, got);
  }
  result.status = ::pclose(pipe);
  return result;
}

/// The first Python on this machine that has NumPy.
std::optional<std::string> python() {
  for (const auto* candidate : {"python3", "/usr/bin/python3"}) {
    if (run(std::string(candidate) + " -c 'import numpy' 2>&1").status == 0) {
      return candidate;
    }
  }
  return std::nullopt;
}

/// The same text as `numpy_peer.py dump` prints.
std::string dump(const std::vector<std::byte>& stream) {
  const auto view = read_stream(stream);
  const auto offsets = view->what.offsets();
  std::string text;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto& tensor = view->what.tensors[i];
    text += tensor.name + " " + std::string(to_string(tensor.type)) + " (";
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      text += (axis > 0 ? "," : "") + std::to_string(tensor.shape[axis]);
    }
    text += ") ";
    for (const auto byte : view->data.subspan(offsets[i], tensor.bytes())) {
      constexpr std::string_view digits = "0123456789abcdef";
      text += digits[std::to_integer<std::size_t>(byte >> 4)];
      text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    text += "\n";
  }
  return text;
}

class numpy_test : public testing::Test {
protected:
  static void SetUpTestSuite() {
    if (const auto found = python()) {
      peer = *found + " " FEDLOOM_NUMPY_PEER " ";
      folder = std::make_unique<scratch_folder>();
      ASSERT_EQ(run(peer + "write " + folder->path().string()).status, 0);
    }
  }
  static void TearDownTestSuite() { folder.reset(); }

  void SetUp() override {
    if (peer.empty()) {
      GTEST_SKIP() << "no python3 with NumPy on this machine (Debian: python3-numpy)";
    }
  }

  static std::filesystem::path archive(const std::string& name) { return *folder / (name + ".npz"); }

  static std::string dump_by_numpy(const std::filesystem::path& file, const std::string& how = "dump ") {
    const auto result = run(peer + how + file.string());
    EXPECT_EQ(result.status, 0) << file;
    return result.output;
  }

  static inline std::string peer;                       // the command; empty without NumPy
  static inline std::unique_ptr<scratch_folder> folder; // what NumPy wrote, once for all tests
};

TEST_F(numpy_test, reads_what_numpy_wrote) {
  for (const auto* name : {"stored", "deflated", "positional", "named", "big_endian", "fortran", "large", "versions"}) {
    const auto file = archive(name);
    const auto stream = stream_from_npz(file);
    ASSERT_TRUE(stream) << name << ": " << stream.error().text;
    EXPECT_TRUE(dump(*stream) == dump_by_numpy(file)) << name; // too long to be printed
  }
}

TEST_F(numpy_test, refuses_arrays_that_are_no_tensors) {
  for (const auto* name : {"refused_object", "refused_structured", "refused_complex", "refused_text"}) {
    const auto stream = stream_from_npz(archive(name));
    ASSERT_FALSE(stream) << name;
    EXPECT_EQ(stream.error().code, domain::errc::unsupported) << name << ": " << stream.error().text;
  }
}

TEST_F(numpy_test, numpy_reads_what_was_written_here) {
  auto what = every_type();
  what.tensors.push_back({"layer.weight", dtype::f32, {4, 4}});
  what.tensors.push_back({"größe", dtype::f32, {2}});
  const auto stream = filled_stream(what);
  ASSERT_TRUE(write_npz(stream, archive("written_here")));
  EXPECT_EQ(dump_by_numpy(archive("written_here")), dump(stream));
}

TEST_F(numpy_test, fedns_numpyhelper_reads_what_was_written_here) {
  const auto stream = filled_stream(every_type());
  ASSERT_TRUE(write_npz(stream, archive("for_fedn")));
  EXPECT_EQ(dump_by_numpy(archive("for_fedn"), "fedn "), dump(stream));
}

TEST_F(numpy_test, the_other_formats_are_read_as_numpy_reads_them) {
  for (const auto* name : {"raw.bin", "raw.f32", "framework.safetensors"}) {
    const auto file = *folder / name;
    const auto stream = read_model(file, format_of(file).value());
    ASSERT_TRUE(stream) << stream.error().text;
    EXPECT_EQ(dump(*stream), dump_by_numpy(file)) << name;
  }
}

TEST_F(numpy_test, numpy_reads_the_other_formats_as_they_are_written_here) {
  auto many = every_type();
  many.tensors.push_back({"größe \"x\"", dtype::f16, {2}});
  const std::pair<const char*, manifest> files[] = {{"written.bin", {{{"0", dtype::f64, {1000}}}}},
                                                    {"written.f32", {{{"0", dtype::f32, {1000}}}}},
                                                    {"written.safetensors", many}};
  for (const auto& [name, what] : files) {
    const auto file = *folder / name;
    const auto stream = filled_stream(what);
    ASSERT_TRUE(write_model(stream, format_of(file).value(), file));
    EXPECT_EQ(dump_by_numpy(file), dump(stream)) << name;
  }
}

TEST_F(numpy_test, a_model_of_several_tensors_is_one_row_of_numbers_for_the_raw_formats) {
  const auto stream = filled_stream({{{"w", dtype::f64, {2, 3}}, {"b", dtype::f64, {}}}});
  ASSERT_TRUE(write_model(stream, file_format::bin, *folder / "several.bin"));
  const auto again = read_model(*folder / "several.bin", file_format::bin).value();
  EXPECT_EQ(dump_by_numpy(*folder / "several.bin"), dump(again));
}

TEST_F(numpy_test, the_id_does_not_depend_on_the_packing) {
  const auto stored = stream_from_npz(archive("stored"));
  const auto deflated = stream_from_npz(archive("deflated"));
  const auto big_endian = stream_from_npz(archive("big_endian"));
  ASSERT_TRUE(stored && deflated && big_endian);
  EXPECT_EQ(id_of(*stored), id_of(*deflated));
  EXPECT_EQ(id_of(*stored), id_of(*big_endian));
  EXPECT_EQ(id_of(*stored), id_of(*stream_from_npz(*npz_from_stream(*deflated))));
}

TEST_F(numpy_test, damaged_deflated_archives_never_crash) {
  std::ifstream file(archive("deflated"), std::ios::binary);
  const std::string intact{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(intact.empty());
  std::mt19937_64 random(13);
  for (int i = 0; i < 3000; ++i) {
    auto damaged = intact;
    for (auto count = random() % 10 + 1; count > 0; --count) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    damaged.resize(random() % 4 == 0 ? random() % damaged.size() : damaged.size());
    const auto read = stream_from_npz(domain::as_bytes(damaged), std::uint64_t{1} << 20);
    EXPECT_TRUE(!read || read_stream(*read));
  }
}

TEST_F(numpy_test, a_bomb_is_refused_by_its_size) {
  EXPECT_EQ(stream_from_npz(archive("large"), 1 << 20).error().code, domain::errc::too_large);
}

} // namespace
} // namespace fedloom::model
