#include "actors/model/npy.hpp"

#include <gtest/gtest.h>

namespace fedloom::model {
namespace {

using domain::errc;
using namespace std::string_literals;

errc code(std::string_view text) {
  const auto header = read_npy_text(text);
  return header ? errc::none : header.error().code;
}

TEST(npy_test, reads_what_numpy_writes) {
  const auto header = read_npy_text("{'descr': '>f8', 'fortran_order': True, 'shape': (3, 4), }          \n");
  ASSERT_TRUE(header);
  EXPECT_EQ(header->tensor.type, dtype::f64);
  EXPECT_TRUE(header->big_endian);
  EXPECT_TRUE(header->fortran_order);
  EXPECT_EQ(header->tensor.shape, (std::vector<std::uint64_t>{3, 4}));
}

TEST(npy_test, reads_scalars_single_dimensions_long_suffixes_and_any_order_of_keys) {
  EXPECT_TRUE(read_npy_text("{'descr': '|b1', 'fortran_order': False, 'shape': ()}")->tensor.shape.empty());
  EXPECT_EQ(read_npy_text("{\"shape\":(7,),\"fortran_order\":False,\"descr\":\"|u1\"}")->tensor.shape,
            std::vector<std::uint64_t>{7});
  EXPECT_EQ(read_npy_text("{'descr': '<i2', 'fortran_order': False, 'shape': (5L, 6L)}")->tensor.shape,
            (std::vector<std::uint64_t>{5, 6}));
}

TEST(npy_test, refuses_types_that_no_model_has) {
  for (const auto* type : {"'|O'", "'<c8'", "'<U5'", "'|S3'", "'<M8[ns]'", "'|V8'", "'<f16'", "[('a', '<f4')]"}) {
    EXPECT_EQ(code("{'descr': "s + type + ", 'fortran_order': False, 'shape': (1,)}"), errc::unsupported) << type;
  }
}

TEST(npy_test, refuses_text_that_is_not_such_a_dictionary) {
  for (const auto* text : {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
                           "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
                           "{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}",
                           "{'descr': 'f4', 'fortran_order': False, 'shape': (1,)}",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (,)",
                           "{'descr': '<f4', 'fortran_order': False, 'shape': 3}"}) {
    EXPECT_EQ(code(text), errc::malformed) << text;
  }
}

TEST(npy_test, knows_versions_one_to_three) {
  EXPECT_EQ(read_npy_preamble("\x93NUMPY\1\0\x76\0{'"s)->text_bytes, 0x76U);
  EXPECT_EQ(read_npy_preamble("\x93NUMPY\1\0\x76\0{'"s)->bytes, 10U);
  EXPECT_EQ(read_npy_preamble("\x93NUMPY\2\0\x76\0\0\0"s)->bytes, 12U);
  EXPECT_EQ(read_npy_preamble("\x93NUMPY\3\0\x76\1\0\0"s)->text_bytes, 0x176U);
  EXPECT_EQ(read_npy_preamble("\x93NUMPY\4\0\x76\0\0\0"s).error().code, errc::unsupported);
  EXPECT_EQ(read_npy_preamble("\x93NUMPY\2\0\xff\xff\xff\xff"s).error().code, errc::too_large);
  EXPECT_EQ(read_npy_preamble("\x93NUMPX\1\0\x76\0{'"s).error().code, errc::malformed);
  EXPECT_EQ(read_npy_preamble("\x93NUMPY"s).error().code, errc::malformed);
}

TEST(npy_test, writes_headers_that_it_reads_at_multiples_of_64) {
  for (const auto& shape :
       std::vector<std::vector<std::uint64_t>>{{}, {1}, {0, 3}, std::vector<std::uint64_t>(32, 12345)}) {
    const auto header = npy_header_of({"x", dtype::f32, shape});
    EXPECT_EQ(header.size() % 64, 0U);
    const auto preamble = read_npy_preamble(header);
    ASSERT_TRUE(preamble);
    ASSERT_EQ(preamble->bytes + preamble->text_bytes, header.size());
    EXPECT_EQ(read_npy_text(std::string_view(header).substr(preamble->bytes))->tensor.shape, shape);
  }
}

} // namespace
} // namespace fedloom::model
