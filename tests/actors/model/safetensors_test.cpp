#include "actors/model/safetensors.hpp"

#include "actors/model/model_file.hpp"
#include "actors/model/safetensors_header.hpp"
#include "tests/actors/model/model_samples.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

namespace fedloom::model {
namespace {

using domain::errc;

/// A file with this header and as many bytes of elements: 0, 1, 2, ...
std::vector<std::byte> file_of(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::vector<std::byte> file(8 + header.size() + data_bytes);
  std::memcpy(file.data(), &length, sizeof length);
  std::memcpy(file.data() + 8, header.data(), header.size());
  for (std::size_t i = 0; i < data_bytes; ++i) {
    file[8 + header.size() + i] = static_cast<std::byte>(i);
  }
  return file;
}

domain::expected<std::vector<std::byte>> read(const std::string& header, std::size_t data_bytes) {
  return read_model(file_of(header, data_bytes), file_format::safetensors);
}

std::string complaint(const std::string& header, std::size_t data_bytes) {
  const auto stream = read(header, data_bytes);
  return stream ? "none" : to_string(stream.error());
}

TEST(safetensors_test, tensors_stand_in_the_order_of_their_bytes) {
  const auto stream = read(R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},)"
                           R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                           6);
  ASSERT_TRUE(stream) << stream.error().text;
  const auto view = read_stream(*stream);
  EXPECT_EQ(view->what, (manifest{{{"a", dtype::f32, {}}, {"b", dtype::u8, {2}}}}));
  EXPECT_EQ(view->data[3], std::byte{3});
  EXPECT_EQ(view->data[64], std::byte{4});
}

TEST(safetensors_test, empty_tensors_at_one_place_keep_the_headers_order) {
  const auto stream = read(R"({"z":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                           R"("y":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)"
                           R"("x":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}})",
                           4);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(read_stream(*stream)->what.tensors.at(0).name, "y");
  EXPECT_EQ(read_stream(*stream)->what.tensors.at(1).name, "x");
}

TEST(safetensors_test, metadata_and_blanks_at_the_end_are_ignored) {
  const std::string tensor = R"("a":{"data_offsets":[0,1],"shape":[1],"dtype":"I8"})";
  const auto plain = read('{' + tensor + '}', 1);
  ASSERT_TRUE(plain);
  EXPECT_EQ(read(R"({"__metadata__":{"format":"pt","k":"\u00e4"},)" + tensor + "}   \n", 1).value(), *plain);
  EXPECT_EQ(complaint(R"({"__metadata__":{"format":1},)" + tensor + "}", 1).substr(0, 10), "malformed:");
  EXPECT_EQ(complaint(R"({"__metadata__":{},"__metadata__":{},)" + tensor + "}", 1),
            "malformed: tensor \"__metadata__\" stands twice in the header of the .safetensors file");
}

TEST(safetensors_test, types_that_no_model_has_are_named) {
  EXPECT_EQ(complaint(R"({"layer.0":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", 4),
            "unsupported: tensor \"layer.0\" is BF16, which no model can have; convert it, to F32 for example");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}})", 4).substr(0, 12), "unsupported:");
}

TEST(safetensors_test, offsets_that_do_not_fill_the_file_are_refused) {
  const auto two = [](const std::string& first, const std::string& second, std::size_t data_bytes) {
    return complaint(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + first +
                         R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}",
                     data_bytes);
  };
  EXPECT_EQ(two("[0,2]", "[2,4]", 4), "none");
  EXPECT_EQ(two("[0,2]", "[1,3]", 3), "malformed: tensor \"b\" overlaps the one before it");
  EXPECT_EQ(two("[0,2]", "[0,2]", 2), "malformed: tensor \"b\" overlaps the one before it");
  EXPECT_EQ(two("[0,2]", "[3,5]", 5), "malformed: tensor \"b\" leaves a gap behind the one before it");
  EXPECT_EQ(two("[1,3]", "[3,5]", 5), "malformed: tensor \"a\" leaves a gap behind the one before it");
  EXPECT_EQ(two("[0,2]", "[2,4]", 5), "malformed: the file has 1 bytes behind its last tensor");
  EXPECT_EQ(two("[0,2]", "[2,4]", 3), "malformed: tensor \"b\" reaches beyond the end of the file");
  EXPECT_EQ(two("[0,2]", "[4,2]", 4), "malformed: tensor \"b\" reaches beyond the end of the file");
  EXPECT_EQ(two("[0,2]", "[2,18446744073709551615]", 4), "malformed: tensor \"b\" reaches beyond the end of the file");
  EXPECT_EQ(two("[0,3]", "[3,4]", 4), "malformed: tensor \"a\" is not as long as its shape says");
}

TEST(safetensors_test, shapes_that_overflow_are_refused) {
  const auto shaped = [](const std::string& shape) {
    return complaint(R"({"a":{"dtype":"F64","shape":)" + shape + R"(,"data_offsets":[0,0]}})", 0).substr(0, 10);
  };
  EXPECT_EQ(shaped("[0]"), "none");
  EXPECT_EQ(shaped("[4294967296,4294967296]"), "malformed:");
  EXPECT_EQ(shaped("[2305843009213693952,8]"), "malformed:") << "its bytes are 0 modulo 2^64";
  EXPECT_EQ(shaped("[9223372036854775808,0]"), "too_large:") << "a zero hides nothing";
  EXPECT_EQ(shaped("[0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"), "too_large:") << "33";
}

TEST(safetensors_test, headers_that_are_not_strict_json_of_this_form_are_refused) {
  const std::string tensor = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_EQ(complaint(R"({"a":)" + tensor + "}", 1), "none");
  for (const auto& header :
       std::vector<std::string>{"",
                                "[]",
                                "{",
                                " {\"a\":" + tensor + "}",
                                R"({"a":)" + tensor,
                                R"({"a":)" + tensor + "}}",
                                R"({"a":)" + tensor + "} x",
                                R"({"a":)" + tensor + ",}",
                                R"({"a")" + tensor + "}",
                                R"({"a":[]})",
                                R"({"a":{}})",
                                R"({"a":{"dtype":"U8","shape":[1]}})",
                                R"({"a":null})",
                                R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                                R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}})",
                                R"({"a":{"dtype":8,"shape":[1],"data_offsets":[0,1]}})",
                                R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})",
                                R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})",
                                R"({"a":{"dtype":"U8","shape":[1,],"data_offsets":[0,1]}})",
                                R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})",
                                R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}})",
                                R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[01,1]}})",
                                R"({"a":{"dtype":"U8","shape":[1],"data_offsets":{"0":1}}})",
                                R"({"a":)" + tensor + R"(,"a":)" + tensor + "}",
                                "{\"\xff\":" + tensor + "}",
                                std::string(100000, '{'),
                                "{\"a\":" + std::string(100000, '[')}) {
    EXPECT_EQ(complaint(header, 1).substr(0, 10), "malformed:") << header.substr(0, 100);
  }
}

TEST(safetensors_test, a_header_longer_than_the_file_or_the_limit_is_refused_before_memory_is_taken) {
  auto file = file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1);
  for (const auto length : {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{file.size()}}) {
    std::memcpy(file.data(), &length, sizeof length);
    EXPECT_EQ(read_model(file, file_format::safetensors).error().code, errc::malformed) << length;
  }
  const std::string blanks(safetensors_text_limit + 1, ' ');
  EXPECT_EQ(read(blanks, 0).error().code, errc::too_large);
}

TEST(safetensors_test, neither_tensors_nor_dimensions_are_counted_without_end) {
  std::string many = "{";
  for (int i = 0; i <= 65536; ++i) {
    many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  }
  EXPECT_EQ(read(many + "}", 0).error().code, errc::too_large);
  std::string ones;
  for (int i = 0; i < 300; ++i) {
    ones += i == 0 ? "1" : ",1";
  }
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[)" + ones + R"(],"data_offsets":[0,1]}})", 1),
            "malformed: tensor \"a\" is not described by dtype, shape and data_offsets");
}

TEST(safetensors_test, elements_begin_at_a_multiple_of_64_in_what_is_written) {
  for (std::size_t length = 0; length < 70; ++length) {
    const auto stream = blank_stream({{{std::string(length, 'n'), dtype::u8, {1}}}});
    const auto file = model_as({nullptr, stream}, file_format::safetensors);
    ASSERT_TRUE(file);
    EXPECT_EQ((file->size() - 1) % 64, 0U);
  }
}

TEST(safetensors_test, names_of_all_kinds_survive_and_impossible_ones_are_refused) {
  const auto named = [](const std::string& name) {
    return domain::shared_bytes::adopt(filled_stream({{{name, dtype::f32, {2}}}}));
  };
  for (const std::string name : {"", "a\"b\\c", "größe 😀", "tab\there", "dtype"}) {
    const auto file = model_as(named(name), file_format::safetensors);
    ASSERT_TRUE(file) << name;
    const auto again = read_model(file->joined(), file_format::safetensors).value();
    EXPECT_TRUE(std::ranges::equal(again, named(name).span())) << name;
  }
  for (const std::string name : {"__metadata__", "\xff\xfe"}) {
    EXPECT_EQ(model_as(named(name), file_format::safetensors).error().code, errc::unsupported);
  }
}

/// Headers made of the right words in wrong places, and files around them.
class header_maker {
public:
  explicit header_maker(std::uint64_t seed) : random_(seed) {}

  std::vector<std::byte> file() {
    std::string header = "{";
    for (auto tensors = below(4); tensors > 0; --tensors) {
      header += (header.size() > 1 ? pick({",", ",", ",", "", ",,"}) : "") + entry();
    }
    header += pick({"}", "}", "}", "}   ", "", "}}"});
    return file_of(header, at_ + (below(4) == 0 ? below(9) : 0));
  }

private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string pick(std::initializer_list<const char*> of) { return *(of.begin() + below(of.size())); }

  std::string number(std::uint64_t usual) {
    return below(12) > 0 ? std::to_string(usual)
                         : pick({"-1", "1.5", "18446744073709551615", "18446744073709551616", "0", "4294967296", "1e3",
                                 "[", "null", "\"1\""});
  }

  std::string entry() {
    const auto name = pick({R"("a":)", R"("b":)", R"("c":)", R"("":)", R"("\u00e4":)", R"("__metadata__":)"});
    const auto rows = below(4);
    const auto begin = at_;
    const auto type = below(3);
    at_ += rows * 3 * (1U << type);
    std::string properties[] = {R"("dtype":)" + (below(15) > 0 ? std::string(type == 0   ? "\"U8\""
                                                                             : type == 1 ? "\"F16\""
                                                                                         : "\"F32\"")
                                                               : pick({"\"BF16\"", "\"\"", "1", "\"F8_E4M3\""})),
                                R"("shape":[)" + number(rows) + "," + number(3) + "]",
                                R"("data_offsets":[)" + number(begin) + "," + number(at_) + "]"};
    std::shuffle(std::begin(properties), std::end(properties), random_);
    auto text = name + "{" + properties[0] + "," + properties[1] + "," + properties[2] + "}";
    if (below(20) == 0) {
      text.resize(below(text.size()));
    }
    return text;
  }

  std::mt19937_64 random_;
  std::uint64_t at_ = 0;
};

TEST(safetensors_test, made_up_headers_give_a_valid_stream_or_an_error) {
  int good = 0;
  int bad = 0;
  for (std::uint64_t seed = 0; seed < 60000; ++seed) {
    const auto file = header_maker(seed).file();
    const auto stream = read_model(file, file_format::safetensors, std::uint64_t{1} << 20);
    ++(stream ? good : bad);
    if (stream) {
      ASSERT_TRUE(read_stream(*stream)) << "seed " << seed;
      const auto again = model_as({nullptr, *stream}, file_format::safetensors);
      ASSERT_TRUE(again) << "seed " << seed;
      ASSERT_EQ(read_model(again->joined(), file_format::safetensors).value(), *stream) << "seed " << seed;
    } else {
      ASSERT_TRUE(stream.error().code == errc::malformed || stream.error().code == errc::too_large ||
                  stream.error().code == errc::unsupported)
          << "seed " << seed << ": " << to_string(stream.error());
    }
  }
  EXPECT_GT(good, 3000) << "the headers are too bad to test much";
  EXPECT_GT(bad, 3000);
}

} // namespace
} // namespace fedloom::model
