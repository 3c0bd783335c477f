#include "cli/entity.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace fedloom::cli {

namespace {

constexpr std::size_t model_id_digits = 64;

struct list_options {
  std::string session;
  std::vector<std::string> filters;
};

/// "?a=b&c=d"
result<std::string> query_of(const list_options& wanted) {
  std::string query;
  const auto add = [&](const std::string& name, const std::string& value) {
    query += (query.empty() ? "?" : "&") + http::percent_encode(name) + '=' + http::percent_encode(value);
  };
  if (!wanted.session.empty()) {
    add("session_id", wanted.session);
  }
  for (const auto& one : wanted.filters) {
    const auto sign = one.find('=');
    if (sign == std::string::npos || sign == 0) {
      return fail(exit_code::usage, "--where " + one + ": write FIELD=VALUE, for example status=Finished");
    }
    add(one.substr(0, sign), one.substr(sign + 1));
  }
  return query;
}

outcome list(const context& in, const entity& what, const list_options& wanted) {
  const auto query = query_of(wanted);
  if (!query) {
    return tl::unexpected(query.error());
  }
  const auto got = api(in).get(what.path + *query, {{"X-Limit", std::to_string(in.most)}});
  if (!got) {
    return tl::unexpected(got.error());
  }
  const auto rows = got->value("result", json::array());
  if (in.as_json) {
    in.print(*got);
  } else if (rows.empty()) {
    in.io.err << "no " << what.noun << " there\n";
  } else {
    in.print(table(what.columns, rows));
  }
  return {};
}

} // namespace

void add_list(command_tree& into, CLI::App& noun, const entity& what) {
  const auto wanted = std::make_shared<list_options>();
  auto& verb = into.verb(noun, "list", fmt::format("List every {}, the newest first", what.noun), reach::controller,
                         [wanted, what](const context& in) { return list(in, what, *wanted); });
  into.add_n_max(verb);
  if (what.of_session) {
    verb.add_option("-s,--session_id", wanted->session, "Of this session alone")->type_name("ID");
  }
  verb.add_option("--where", wanted->filters, "Only those with this value; operators: FIELD__gt=VALUE, __lt, __ne ...")
      ->type_name("FIELD=VALUE")
      ->allow_extra_args(false);
}

void add_get(command_tree& into, CLI::App& noun, const entity& what) {
  const auto id = std::make_shared<std::string>();
  auto& verb =
      into.verb(noun, "get", fmt::format("Show one {}", what.noun), reach::controller, [id, what](const context& in) {
        const api from(in);
        const auto whole =
            std::string_view{what.noun} == "model" ? whole_model_id(from, *id) : result<std::string>(*id);
        return whole
            .and_then([&](const std::string& one) { return from.get(what.path + ('/' + http::percent_encode(one))); })
            .and_then([&](const json& object) { return show(in, object); });
      });
  add_id(verb, *id, fmt::format("Which {}", what.noun))->required();
}

CLI::Option* add_id(CLI::App& verb, std::string& id, const std::string& about) {
  return verb.add_option("-i,--id,id", id, about)->type_name("ID");
}

outcome show(const context& in, const json& object) {
  if (in.as_json) {
    in.print(object);
  } else {
    in.print(listing(object));
  }
  return {};
}

result<std::string> whole_model_id(const api& from, const std::string& given) {
  if (given.size() >= model_id_digits) {
    return given;
  }
  return from.get("/api/v1/models").and_then([&](const json& list) -> result<std::string> {
    std::set<std::string> found; // the same bytes may stand at several nodes of the trail
    for (const auto& one : list.value("result", json::array())) {
      if (const auto id = one.value("model_id", ""); id.starts_with(given)) {
        found.insert(id);
      }
    }
    if (found.size() == 1) {
      return *found.begin();
    }
    return found.empty() ? result<std::string>(fail(exit_code::not_found, "no model's id begins with " + given))
                         : fail(exit_code::usage,
                                fmt::format("{} models' ids begin with {}; write more of it", found.size(), given));
  });
}

} // namespace fedloom::cli
