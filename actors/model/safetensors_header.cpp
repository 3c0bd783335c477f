#include "actors/model/safetensors_header.hpp"

#include "actors/model/json_scanner.hpp"
#include "actors/model/stream.hpp"

#include <unordered_set>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

constexpr std::string_view metadata_name = "__metadata__";
constexpr std::size_t length_bytes = 8;   ///< of the header, before it
constexpr std::size_t most_numbers = 255; ///< in a row; more than any tensor has dimensions

struct named_type {
  std::string_view name;
  dtype type;
};
constexpr named_type types[] = {
    {"F16", dtype::f16}, {"F32", dtype::f32}, {"F64", dtype::f64}, {"I8", dtype::i8},
    {"I16", dtype::i16}, {"I32", dtype::i32}, {"I64", dtype::i64}, {"U8", dtype::u8},
    {"U16", dtype::u16}, {"U32", dtype::u32}, {"U64", dtype::u64}, {"BOOL", dtype::boolean},
};

tl::unexpected<domain::error> not_understood() {
  return failure(errc::malformed, "the header of the .safetensors file cannot be read");
}

std::string called(std::string_view name) {
  return "tensor \"" + std::string(name.substr(0, 80)) + '"';
}

/// An object: for each name, `value` reads what it stands for.
template <class Value>
domain::expected<void> read_object(json_scanner& json, Value value) {
  if (!json.accept('{')) {
    return not_understood();
  }
  for (bool first = true; !json.accept('}'); first = false) {
    if (!first && !json.accept(',')) {
      return not_understood();
    }
    auto name = json.string();
    if (!name || !json.accept(':')) {
      return not_understood();
    }
    if (auto done = value(std::move(*name)); !done) {
      return done;
    }
  }
  return {};
}

std::optional<std::vector<std::uint64_t>> read_numbers(json_scanner& json) {
  std::vector<std::uint64_t> numbers;
  if (!json.accept('[')) {
    return std::nullopt;
  }
  while (!json.accept(']')) {
    if (!numbers.empty() && !json.accept(',')) {
      return std::nullopt;
    }
    const auto number = json.whole_number();
    if (!number || numbers.size() == most_numbers) {
      return std::nullopt;
    }
    numbers.push_back(*number);
  }
  return numbers;
}

domain::expected<void> read_metadata(json_scanner& json) {
  return read_object(json, [&](const std::string&) -> domain::expected<void> {
    return json.string() ? domain::expected<void>{} : not_understood();
  });
}

enum key : unsigned { dtype_key = 1, shape_key = 2, offsets_key = 4, every_key = 7 };

/// One of the three things that are said of a tensor; answers which.
domain::expected<key> read_property(json_scanner& json, std::string_view name, safetensors_entry& entry) {
  if (name == "dtype") {
    const auto text = json.string();
    if (!text) {
      return not_understood();
    }
    for (const auto& row : types) {
      if (row.name == *text) {
        entry.tensor.type = row.type;
        return dtype_key;
      }
    }
    return failure(errc::unsupported, called(entry.tensor.name) + " is " + text->substr(0, 32) +
                                          ", which no model can have; convert it, to F32 for example");
  }
  auto numbers = name == "shape" || name == "data_offsets" ? read_numbers(json) : std::nullopt;
  if (numbers && name == "shape") {
    entry.tensor.shape = std::move(*numbers);
    return shape_key;
  }
  if (numbers && numbers->size() == 2) {
    entry.begin = numbers->front();
    entry.end = numbers->back();
    return offsets_key;
  }
  return failure(errc::malformed, called(entry.tensor.name) + " is not described by dtype, shape and data_offsets");
}

domain::expected<void> read_entry(json_scanner& json, safetensors_entry& entry) {
  unsigned seen = 0;
  const auto twice_or_less = [&] {
    return failure(errc::malformed,
                   called(entry.tensor.name) + " needs dtype, shape and data_offsets, each of them once");
  };
  auto done = read_object(json, [&](const std::string& name) -> domain::expected<void> {
    const auto which = read_property(json, name, entry);
    if (!which) {
      return tl::unexpected(which.error());
    }
    if ((seen & *which) != 0) {
      return twice_or_less();
    }
    seen |= *which;
    return {};
  });
  return done && seen != every_key ? twice_or_less() : done;
}

std::string text_of(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (const auto number : numbers) {
    text += (text.empty() ? "" : ",") + std::to_string(number);
  }
  return '[' + text + ']';
}

std::string_view name_of(dtype type) {
  for (const auto& row : types) {
    if (row.type == type) {
      return row.name;
    }
  }
  return {};
}

} // namespace

domain::expected<std::vector<safetensors_entry>> read_safetensors_text(std::string_view text) {
  if (!text.starts_with('{')) {
    return failure(errc::malformed, "the header of the .safetensors file does not begin with {");
  }
  json_scanner json(text);
  std::vector<safetensors_entry> entries;
  std::unordered_set<std::string> names;
  auto done = read_object(json, [&](std::string name) -> domain::expected<void> {
    if (!names.insert(name).second) {
      return failure(errc::malformed, called(name) + " stands twice in the header of the .safetensors file");
    }
    if (name == metadata_name) {
      return read_metadata(json);
    }
    if (entries.size() == stream_limits{}.tensors) {
      return failure(errc::too_large,
                     "the .safetensors file has more than " + std::to_string(entries.size()) + " tensors");
    }
    entries.emplace_back().tensor.name = std::move(name);
    return read_entry(json, entries.back());
  });
  if (!done) {
    return tl::unexpected(std::move(done.error()));
  }
  if (!json.at_end()) {
    return not_understood();
  }
  return entries;
}

domain::expected<std::string> safetensors_text_of(const manifest& what) {
  std::string text = "{";
  std::uint64_t at = 0;
  for (const auto& tensor : what.tensors) {
    const auto name = json_string_of(tensor.name);
    if (!name || tensor.name == metadata_name) {
      return failure(errc::unsupported, called(tensor.name) + " has a name that no .safetensors file can hold");
    }
    text += (text.size() > 1 ? "," : "") + *name + R"(:{"dtype":")" + std::string(name_of(tensor.type)) +
            R"(","shape":)" + text_of(tensor.shape) + R"(,"data_offsets":)" + text_of({at, at + tensor.bytes()}) + '}';
    at += tensor.bytes();
  }
  text += '}';
  const auto length = (length_bytes + text.size() + tensor_alignment - 1) / tensor_alignment * tensor_alignment;
  text.resize(length - length_bytes, ' ');
  if (text.size() > safetensors_text_limit) {
    return failure(errc::unsupported, "the names and shapes of the tensors are too many for a .safetensors file");
  }
  return text;
}

} // namespace fedloom::model
