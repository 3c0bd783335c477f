#include "actors/package/archive_limits.hpp"
#include "actors/security/random.hpp"
#include "messages/codec/text.hpp"
#include "services/controller/routes/active_choice.hpp"
#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/package_check.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/upload_form.hpp"

#include <algorithm>

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;
using domain::package_record;
using runtime::http_request;
using runtime::http_response;

namespace {

constexpr std::size_t description_bytes = 4096;
constexpr std::size_t id_bytes = 256;

/// What FEDn calls the file in its storage, and what clients ask for: it never is what the sender called it.
std::string stored_name(const package_record& package) {
  return to_hex(package.content.content) + ".tgz";
}

json package_object(const rest_context& with, const package_record& package) {
  const bool is_active = !package.package.value().empty() && with.store->active().package == package.package;
  return {{"package_id", package.package.value()},
          {"name", package.name},
          {"description", package.description},
          {"file_name", package.file_name},
          {"storage_file_name", stored_name(package)},
          {"helper", package.helper},
          {"active", is_active},
          {"checksum", to_hex(package.content.content)},
          {"bytes", package.content.bytes},
          {"signed", !package.content.signature.empty()},
          {"committed_at", json_of(package.committed_at)},
          {"updated_at", json_of(package.committed_at)}};
}

expected<package_record> active_package(const rest_context& with) {
  const auto active = with.store->active();
  return active.package.value().empty() ? failure(errc::not_found, "No active package")
                                        : with.store->find(active.package);
}

/// By the name of the stored file, the package's id, or what its sender called the file; of several, the newest.
expected<package_record> package_named(const rest_context& with, const std::string& name) {
  std::optional<package_record> found;
  with.store->visit<package_record>({.newest_first = true}, [&](package_record&& one) {
    if (name == stored_name(one) || name == one.package.value() || name == one.file_name) {
      found = std::move(one);
    }
    return !found;
  });
  return found ? expected<package_record>(*found) : failure(errc::not_found, "Entity with id: " + name + " not found");
}

expected<package_record> wanted_package(const rest_context& with, const http_request& request) {
  const auto name = request.query.find("name");
  return name == request.query.end() ? active_package(with) : package_named(with, name->second);
}

/// What the form says of the package, before anything of it is looked at.
expected<package_record> described(const rest_context& with, const http_request& request) {
  package_record package;
  const auto& file = *request.file;
  package.file_name = codec::head_of(file.name, name_bytes);
  const auto name = text_field(request, "name", package.file_name, name_bytes);
  const auto description = text_field(request, "description", "", description_bytes);
  const auto signature = text_field(request, "signature", "", domain::package_signature_bytes);
  for (const auto* text : {&name, &description, &signature}) {
    if (!*text) {
      return tl::unexpected(text->error());
    }
  }
  const auto known = with.store->active().helper;
  const auto helper = checked_helper(field_or(request, "helper", known.empty() ? "numpyhelper" : known));
  if (!helper) {
    return tl::unexpected(helper.error());
  }
  package.name = *name;
  package.description = *description;
  package.content.signature = *signature;
  package.content.bytes = file.bytes;
  package.helper = *helper;
  return package;
}

/// Takes compute packages and says which one is used. Thread-safe.
class package_desk {
public:
  explicit package_desk(const context_ptr& with) : with_(with), choice_(with) {}

  http_response upload(const http_request& request) {
    const auto stored = check_file(request, "compute package")
                            .and_then([&] { return described(*with_, request); })
                            .and_then([&](const package_record& package) { return keep(package, *request.file); });
    if (!stored) {
      return runtime::error_answer(stored.error());
    }
    auto answer = json{{"success", true}, {"message", "Package uploaded"}};
    answer.update(package_object(*with_, *stored));
    return json_answer(answer);
  }

  http_response choose(const http_request& request) {
    const auto id = read_object(request.body, {"id"}).and_then([](const nlohmann::json& object) {
      return text_of(object, "id", id_bytes);
    });
    if (!id || id->empty()) {
      return id ? runtime::message_answer(400, "id is missing; name the package by its package_id")
                : runtime::error_answer(id.error());
    }
    const auto package = with_->store->find(domain::package_id{*id});
    if (!package) {
      return entity_not_found(*id);
    }
    const auto chosen = choice_.choose(*package);
    return chosen ? runtime::message_answer(200, "Active package set") : runtime::error_answer(chosen.error());
  }

  http_response drop() {
    const auto dropped = choice_.drop_package();
    if (!dropped) {
      return runtime::error_answer(dropped.error());
    }
    return *dropped ? runtime::message_answer(200, "Active package deleted")
                    : runtime::message_answer(404, "Entity not found");
  }

  http_response choose_helper(const http_request& request) {
    const auto helper = read_object(request.body, {"helper"})
                            .and_then([](const nlohmann::json& object) { return text_of(object, "helper", id_bytes); })
                            .and_then(checked_helper);
    if (!helper) {
      return runtime::error_answer(helper.error());
    }
    const auto chosen = choice_.choose_helper(*helper);
    return chosen ? runtime::message_answer(200, "Active helper set") : runtime::error_answer(chosen.error());
  }

private:
  /// First the archive, then the record that names it, and it becomes the active one in the same step.
  expected<package_record> keep(package_record package, const runtime::uploaded_file& file) {
    return check_package(file.path)
        .map_error([&](domain::error reason) { return for_sender(std::move(reason), file); })
        .and_then([&](const domain::package_digest& content) {
          package.content.content = content;
          return with_->packages->put_file(content, file.path);
        })
        .and_then([&] { return choice_.add(std::move(package)); });
  }

  const context_ptr with_;
  active_choice choice_;
};

http_response get_active(const rest_context& with, http_request&) {
  const auto package = active_package(with);
  return package ? json_answer(package_object(with, *package)) : runtime::message_answer(404, "Entity not found");
}

http_response download(const rest_context& with, http_request& request) {
  const auto package = wanted_package(with, request);
  if (!package) {
    return runtime::error_answer(package.error());
  }
  const auto archive = with.packages->get(package->content.content);
  if (!archive) {
    return runtime::error_answer(archive.error());
  }
  http_response answer;
  answer.content_type = "application/gzip";
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + stored_name(*package) + '"');
  answer.body = *archive;
  answer.entity_tag = to_hex(package->content.content);
  return answer;
}

http_response checksum(const rest_context& with, http_request& request) {
  const auto package = wanted_package(with, request);
  if (!package) {
    return json_answer({{"message", package.error().text}, {"checksum", nullptr}},
                       runtime::http_status_of(package.error().code));
  }
  return json_answer({{"message", "Checksum of " + package->name}, {"checksum", to_hex(package->content.content)}});
}

http_response get_helper(const rest_context& with, http_request&) {
  const auto helper = with.store->active().helper;
  return helper.empty() ? runtime::message_answer(404, "No active helper") : json_answer(helper);
}

} // namespace

route_list package_routes(const context_ptr& with) {
  const auto desk = std::make_shared<package_desk>(with);
  const auto at_desk = [desk](std::string method, std::string path, auto what) {
    return runtime::route{std::move(method), std::move(path),
                          runtime::http_handler{[desk, what](http_request& request) { return what(*desk, request); }},
                          false, json_body_limit};
  };
  auto upload =
      at_desk("POST", "/api/v1/packages", [](package_desk& at, http_request& request) { return at.upload(request); });
  upload.body_to_file = true;
  upload.body_limit = with->package_limit + form_bytes;
  return entity_routes(with, stored_entity<package_record, domain::package_id>("/api/v1/packages", package_object)) +
         route_list{
             std::move(upload),
             on("GET", "/api/v1/packages/active", with, get_active),
             at_desk("PUT", "/api/v1/packages/active",
                     [](package_desk& at, http_request& request) { return at.choose(request); }),
             at_desk("DELETE", "/api/v1/packages/active", [](package_desk& at, http_request&) { return at.drop(); }),
             on("GET", "/api/v1/packages/download", with, download),
             on("GET", "/api/v1/packages/checksum", with, checksum),
             on("GET", "/api/v1/helpers/active", with, get_helper),
             at_desk("PUT", "/api/v1/helpers/active",
                     [](package_desk& at, http_request& request) { return at.choose_helper(request); })};
}

} // namespace fedloom::controller
