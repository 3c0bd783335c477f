#include "cli/entity.hpp"
#include "cli/verbs/verbs.hpp"

namespace fedloom::cli {

namespace {

constexpr column round_columns[] = {{"round_id", "/round_id"},
                                    {"session_id", "/session_id"},
                                    {"round", "/round"},
                                    {"attempt", "/attempt"},
                                    {"status", "/status"},
                                    {"answered", "/clients_answered"},
                                    {"asked", "/clients_asked"},
                                    {"seconds", "/seconds", form::seconds},
                                    {"loss", "/metrics/loss", form::number},
                                    {"accuracy", "/metrics/accuracy", form::number}};

constexpr column status_columns[] = {{"status_id", "/status_id"},   {"status", "/status"},
                                     {"level", "/log_level"},       {"sender", "/sender/name"},
                                     {"session_id", "/session_id"}, {"timestamp", "/timestamp"}};

constexpr column validation_columns[] = {{"validation_id", "/validation_id"},
                                         {"model", "/model_id", form::model},
                                         {"sender", "/sender/name"},
                                         {"data", "/data", form::brief},
                                         {"timestamp", "/timestamp"}};

struct record {
  const char* about;
  entity what;
};
constexpr record records[] = {
    {"Rounds of sessions, each attempt", {"round", "/api/v1/rounds", round_columns, true}},
    {"What clients reported on their tasks", {"status", "/api/v1/statuses", status_columns, true}},
    {"What clients found when they validated a model", {"validation", "/api/v1/validations", validation_columns, true}},
};

} // namespace

void add_record_verbs(command_tree& into) {
  for (const auto& one : records) {
    add_list_and_get(into, into.noun(one.what.noun, one.about), one.what);
  }
}

} // namespace fedloom::cli
