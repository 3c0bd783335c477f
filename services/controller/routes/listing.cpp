#include "services/controller/routes/listing.hpp"

#include "messages/domain/expected.hpp"

#include <charconv>
#include <limits>
#include <strings.h>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

constexpr std::string_view default_order = "committed_at";

struct page {
  std::size_t limit = 0; ///< 0: no limit
  std::size_t skip = 0;
  std::string sort_key{default_order};
  bool descending = true;

  /// Nothing behind this many of the sorted objects is on it.
  std::size_t end() const {
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    return limit == 0 || limit > most - skip ? most : skip + limit;
  }
};

expected<void> read_count(const runtime::http_request& request, std::string_view header, std::size_t& into) {
  const auto text = request.header(header);
  if (text.empty()) {
    return {};
  }
  const auto read = std::from_chars(text.data(), text.data() + text.size(), into);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return failure(errc::malformed, "the header " + std::string{header} + " is \"" + std::string{text} +
                                        "\"; it must be 0 or a positive number");
  }
  return {};
}

expected<page> read_page(const runtime::http_request& request, const json& sample) {
  page wanted;
  if (auto read = read_count(request, "X-Limit", wanted.limit); !read) {
    return tl::unexpected(read.error());
  }
  if (auto read = read_count(request, "X-Skip", wanted.skip); !read) {
    return tl::unexpected(read.error());
  }
  if (const auto key = request.header("X-Sort-Key"); !key.empty()) {
    wanted.sort_key = key;
    if (auto known = check_field(sample, wanted.sort_key); !known) {
      return failure(errc::malformed, "the header X-Sort-Key: " + known.error().text);
    }
  }
  const std::string order{request.header("X-Sort-Order")};
  const auto is = [&order](const char* word) { return ::strcasecmp(order.c_str(), word) == 0; };
  if (!order.empty() && !is("asc") && !is("desc")) {
    return failure(errc::malformed, "the header X-Sort-Order is \"" + order + "\"; it must be asc or desc");
  }
  wanted.descending = !is("asc");
  return wanted;
}

runtime::http_response answer_of(std::size_t count, json result) {
  return json_answer({{"count", count}, {"result", std::move(result)}});
}

/// Nothing but the page's objects need be made.
runtime::http_response plain_page(const rows& from, const page& wanted) {
  auto result = json::array();
  const auto take = wanted.limit == 0 ? std::numeric_limits<std::size_t>::max() : wanted.limit;
  from.visit({wanted.descending, wanted.skip, take}, [&](json&& object) {
    result.push_back(std::move(object));
    return true;
  });
  return answer_of(from.count, std::move(result));
}

/// In the rows' own order: what is not on the page is forgotten at once.
runtime::http_response filtered_page(const rows& from, const page& wanted, const filter& asked) {
  auto result = json::array();
  std::size_t passed = 0;
  from.visit({.newest_first = wanted.descending}, [&](json&& object) {
    if (asked.passes(object)) {
      if (passed >= wanted.skip && passed < wanted.end()) {
        result.push_back(std::move(object));
      }
      ++passed;
    }
    return true;
  });
  return answer_of(passed, std::move(result));
}

struct candidate {
  json key;
  std::size_t place = 0;
  json object;
};

/// By any other field: keeps the best, as many as the page may need. Of equals, who comes first in the rows' own order.
runtime::http_response sorted_page(const rows& from, const page& wanted, const filter& asked) {
  const bool are_times = is_time(wanted.sort_key);
  const auto goes_before = [&](const candidate& a, const candidate& b) {
    const auto& low = wanted.descending ? b : a;
    const auto& high = wanted.descending ? a : b;
    if (before(low.key, high.key, are_times)) {
      return true;
    }
    return !before(high.key, low.key, are_times) && a.place < b.place;
  };
  std::vector<candidate> kept;
  constexpr std::size_t slack = 1000;
  std::size_t passed = 0;
  from.visit({.newest_first = wanted.descending}, [&](json&& object) {
    if (asked.passes(object)) {
      auto key = value_at(object, wanted.sort_key);
      kept.push_back({std::move(key), passed++, std::move(object)});
      if (kept.size() > slack && kept.size() / 2 > wanted.end()) {
        std::ranges::nth_element(kept, kept.begin() + static_cast<std::ptrdiff_t>(wanted.end()), goes_before);
        kept.resize(wanted.end());
      }
    }
    return true;
  });
  std::ranges::sort(kept, goes_before);
  auto result = json::array();
  for (auto i = wanted.skip; i < std::min(wanted.end(), kept.size()); ++i) {
    result.push_back(std::move(kept[i].object));
  }
  return answer_of(passed, std::move(result));
}

} // namespace

runtime::http_response list_answer(const runtime::http_request& request, const rows& from) {
  const auto asked = filter::read(request, from.sample);
  if (!asked) {
    return runtime::error_answer(asked.error());
  }
  const auto wanted = read_page(request, from.sample);
  if (!wanted) {
    return runtime::error_answer(wanted.error());
  }
  if (wanted->sort_key != default_order) {
    return sorted_page(from, *wanted, *asked);
  }
  return asked->empty() ? plain_page(from, *wanted) : filtered_page(from, *wanted, *asked);
}

runtime::http_response count_answer(const runtime::http_request& request, const rows& from) {
  const auto asked = filter::read(request, from.sample);
  if (!asked) {
    return runtime::error_answer(asked.error());
  }
  if (asked->empty()) {
    return json_answer(from.count);
  }
  std::size_t passed = 0;
  from.visit({}, [&](json&& object) {
    passed += asked->passes(object) ? 1 : 0;
    return true;
  });
  return json_answer(passed);
}

} // namespace fedloom::controller
